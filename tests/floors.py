#!/usr/bin/env python3
"""Holds every #include of the product against the floors that CMakeLists.txt declares.

A floor is a folder of the root with a line naskah_floor(NAME may-include...). `cli` is the roof and may include every
floor. A third-party library has one home: one .cpp file that includes its headers; JSON alone lives in core/json.h.
tests/ and bench/ may include what they need. `--self-test` proves that each kind of breach is found.
"""
import pathlib
import re
import sys
import tempfile

ROOF = "cli"
NOT_PRODUCT = {"tests", "bench", "out", "demo", "node_modules"}
JSON_HOME = "core/json.h"

# How the headers of each library begin.
LIBRARIES = {
    "libharu": r"hpdf",
    "PoDoFo": r"podofo/",
    "mustache": r"kainjow/|mustache",
    "ZXing": r"ZXing/|ZX[A-Z]|BarcodeFormat|MultiFormat|BitMatrix|ReadBarcode",
    "qrcodegen": r"qrcodegen",
    "qpdf": r"qpdf/",
    "SQLite": r"sqlite3",
    "libpq": r"libpq|postgresql/",
    "httplib": r"httplib",
    "libsodium": r"sodium",
    "HarfBuzz": r"hb[.-]|harfbuzz/",
    "pugixml": r"pugixml",
    "valijson": r"valijson/",
    "hyphen": r"hyphen\.h",
    "libpng": r"png\.h|pngconf|libpng",
    "libjpeg": r"jpeglib|jerror|turbojpeg",
    "CLI11": r"CLI/",
    "libxlsxwriter": r"xlsxwriter",
    "libdeflate": r"libdeflate",
    "Boost.Beast": r"boost/beast",
    "Boost.Asio": r"boost/asio(?!/buffer\.hpp)",  # whose buffers Beast's parser takes
    "libcurl": r"curl/",
    "Cryptoki": r"p11-kit/",
    "libarchive": r"archive(?:_entry)?\.h",
    "JSON": r"nlohmann/",
}
# OpenSSL is spoken by several files, on these floors only.
OPENSSL_FLOORS = {"core", "signing", "verify"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
FLOOR = re.compile(r"^naskah_floor\(([^)]*)\)", re.MULTILINE)


def library_of(header):
    for library, start in LIBRARIES.items():
        if re.match(rf"(?:{start})", header):
            return library
    return None


def breaches(root):
    """Every breach in the tree at `root`, as lines "file:line: what"."""
    found = []
    allowed = {}
    for declaration in FLOOR.finditer((root / "CMakeLists.txt").read_text()):
        name, *below = declaration.group(1).split()
        for floor in below:
            if floor not in allowed:
                found.append(f"CMakeLists.txt: {name} may not stand on {floor}, which is not declared below it")
        allowed[name] = {name, *below}
    allowed[ROOF] = {ROOF, *allowed}

    homes = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name in NOT_PRODUCT or folder.name.startswith((".", "build")):
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".h", ".hpp", ".cpp", ".cc", ".c") or not path.is_file():
                continue
            file = path.relative_to(root).as_posix()
            if folder.name not in allowed:
                found.append(f"{file}:1: {folder.name}/ is no floor of CMakeLists.txt")
                continue
            text = path.read_text()
            for include in INCLUDE.finditer(text):
                where = f"{file}:{text.count(chr(10), 0, include.start()) + 1}"
                quoted, header = include.group(1), include.group(1) or include.group(2)
                floor = header.split("/")[0]
                library = library_of(header)
                if quoted and library is None:
                    if ".." in quoted.split("/") or not (root / quoted).is_file():
                        found.append(f'{where}: "{quoted}" is no file; write it from the root, "floor/file.h"')
                    elif floor not in allowed[folder.name]:
                        found.append(f"{where}: {folder.name} may not include {floor}")
                elif not quoted and floor in allowed and (root / header).is_file():
                    found.append(f"{where}: own headers are included with quotes")
                elif header.startswith("openssl/") and folder.name not in OPENSSL_FLOORS:
                    found.append(f"{where}: OpenSSL is spoken on {', '.join(sorted(OPENSSL_FLOORS))} only")
                elif library == "JSON":
                    if file != JSON_HOME:
                        found.append(f"{where}: JSON comes through {JSON_HOME}, which alone includes {header}")
                elif library is not None:
                    if path.suffix != ".cpp":
                        found.append(f"{where}: a header of {library} belongs in one .cpp, not in a header")
                    homes.setdefault(library, {}).setdefault(file, where)
    for library, files in homes.items():
        for where in sorted(files.values())[1:] if len(files) > 1 else []:
            found.append(f"{where}: {library} has its home in {sorted(files)[0]} already")
    return found


CLEAN_TREE = {
    "CMakeLists.txt": "naskah_floor(core)\nnaskah_floor(verify core)\nnaskah_floor(signing   core)\n"
                      "naskah_floor(workflow core verify signing)\n",
    "core/json.h": "#include <nlohmann/json.hpp>\n#include <string>\n",
    "core/sha256.cpp": "#include <openssl/sha.h>\n#include \"core/json.h\"\n",
    "verify/verify.h": "#include \"core/json.h\"\n",
    "verify/read.cpp": "#include <qpdf/QPDF.hh>\n#include <qpdf/QPDFExc.hh>\n#include \"verify/verify.h\"\n",
    "signing/sign.h": "#include <pngle>\n",
    "workflow/issue.cpp": "#include \"signing/sign.h\"\n  #  include \"verify/verify.h\"\n// #include \"cli/main.h\"\n",
    "cli/main.cpp": "#include <CLI/CLI.hpp>\n#include \"workflow/issue.h\"\n#include \"core/json.h\"\n",
    "workflow/issue.h": "#pragma once\n",
    "tests/verify/x_test.cpp": "#include <podofo/podofo.h>\n#include <nlohmann/json.hpp>\n#include \"signing/sign.h\"\n",
    "build/x.cpp": "#include \"nowhere.h\"\n",
}
# file, its text, and what the complaint must say.
BREACHES = [
    ("verify/bad.cpp", '#include "signing/sign.h"\n', "verify/bad.cpp:1: verify may not include signing"),
    ("core/bad.h", '#pragma once\n\n#include "verify/verify.h"\n', "core/bad.h:3: core may not include verify"),
    ("verify/deep/bad.cpp", ' # include  "workflow/issue.h"\n', "verify may not include workflow"),
    ("workflow/bad.cpp", '#include "json.h"\n', "is no file"),
    ("workflow/bad.cpp", '#include "../workflow/issue.h"\n', "is no file"),
    ("workflow/bad.cpp", "#include <core/json.h>\n", "with quotes"),
    ("core/bad.cpp", "#include <nlohmann/json_fwd.hpp>\n", "JSON comes through"),
    ("verify/bad.cpp", "#include <qpdf/QPDFObjectHandle.hh>\n", "qpdf has its home in verify/bad.cpp already"),
    ("signing/bad.cpp", '#include "qpdf/QPDF.hh"\n', "qpdf has its home in signing/bad.cpp already"),
    ("signing/bad.h", "#include <podofo/podofo.h>\n", "belongs in one .cpp"),
    ("workflow/bad.cpp", "#include <openssl/evp.h>\n", "OpenSSL is spoken on"),
    ("printing/bad.cpp", "#include <string>\n", "printing/ is no floor"),
    ("CMakeLists.txt", "naskah_floor(verify core)\nnaskah_floor(core)\nnaskah_floor(signing core)\n"
                       "naskah_floor(workflow core verify signing)\n", "verify may not stand on core"),
] + [
    (f"core/{name}", f"#include <{header}>\n", "belongs in one .cpp")
    for name, header in [("a.h", "hpdf.h"), ("b.h", "kainjow/mustache.hpp"), ("c.h", "ZXing/BarcodeFormat.h"),
                         ("d.h", "sqlite3.h"), ("e.h", "libpq-fe.h"), ("f.h", "httplib.h"), ("g.h", "hb.h"),
                         ("h.h", "hb-subset.h"), ("i.h", "pugixml.hpp"), ("j.h", "valijson/schema.hpp"),
                         ("k.h", "hyphen.h"), ("l.h", "png.h"), ("m.h", "jpeglib.h"), ("n.h", "CLI/CLI.hpp"),
                         ("o.h", "BarcodeFormat.h"), ("p.h", "sodium.h"), ("q.h", "xlsxwriter.h"), ("r.h", "archive.h"),
                         ("s.h", "boost/beast/http.hpp"), ("t.h", "boost/asio.hpp")]
]


def complaints_about(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return breaches(root)


def self_test():
    failures = [f"a clean tree was blamed: {line}" for line in complaints_about(CLEAN_TREE)]
    for file, text, expected in BREACHES:
        complaints = complaints_about({**CLEAN_TREE, file: text})
        if not any(expected in line for line in complaints):
            failures.append(f"not found: {file}: {text.strip()!r} should say {expected!r}, said {complaints}")
    print("\n".join(failures) or f"floors: {len(BREACHES)} breaches made, {len(BREACHES)} found")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found = breaches(pathlib.Path(__file__).resolve().parent.parent)
    print("\n".join(found) or "floors: every include keeps to them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
