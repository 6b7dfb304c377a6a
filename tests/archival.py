#!/usr/bin/env python3
"""Holds PDF files against ISO 19005-3 (PDF/A-3a) and ISO 14289-1 (PDF/UA-1), clause by clause.

archival.py FILE.pdf...     one line a breach, "FILE: ISO 19005-3 6.1.3: what is wrong"; exit 1 if there is any.
archival.py --unsigned FILE.pdf...  the same of what stood before the first signature.
archival.py --self-test FILE.pdf    breaks copies of a good, signed file in many ways and expects each breach to be named.

What is asserted is what can go wrong in files that Naskah writes; what it never writes (JPEG 2000, forms in XFA,
multimedia, encryption, optional content, actions) is refused as such. qpdf reads the objects; cross-reference tables,
object and stream spelling are read here, as bytes. Run from tests/workflow/archival_test.cpp for each kind of letter,
before and after it is signed.
"""
import base64
import json
import re
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

A, UA = "ISO 19005-3", "ISO 14289-1"
STANDARD_TYPES = set(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody "
    "Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP "
    "Figure Formula Form".split())
OPERATORS = set(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg "
    "ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split())
FILTERS = {"/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
           "/DCTDecode", "/JPXDecode"}
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$")


class Pdf:
    def __init__(self, path):
        self.bytes = open(path, "rb").read()
        run = subprocess.run(["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=specialized", path],
                             capture_output=True)
        if run.returncode not in (0, 3):
            raise SystemExit(f"{path}: qpdf: {run.stderr.decode(errors='replace').strip()}")
        self.objects = json.loads(run.stdout)["qpdf"][1]
        self.trailer = self.objects["trailer"]["value"]

    def get(self, value):
        """The value, or what it refers to; of a stream its dictionary."""
        for _ in range(8):
            if not (isinstance(value, str) and re.fullmatch(r"\d+ \d+ R", value)):
                return value
            found = self.objects.get("obj:" + value)
            if found is None:
                return None
            value = found["stream"]["dict"] if "stream" in found else found["value"]
        return value

    def entry(self, dictionary, *keys):
        for key in keys:
            dictionary = self.get(dictionary)
            if not isinstance(dictionary, dict):
                return None
            dictionary = dictionary.get(key)
        return self.get(dictionary)

    def stream(self, reference):
        found = self.objects.get(f"obj:{reference}")
        return base64.b64decode(found["stream"].get("data", "")) if found and "stream" in found else None

    def all(self):
        """(reference, dictionary, is a stream) of each object that is a dictionary, and of those within them."""
        for name, found in self.objects.items():
            if name == "trailer":
                continue
            value = found["stream"]["dict"] if "stream" in found else found["value"]
            waiting = [(value, "stream" in found)]
            while waiting:
                here, is_stream = waiting.pop()
                if isinstance(here, dict):
                    yield name[4:], here, is_stream
                    waiting += [(part, False) for part in here.values()]
                elif isinstance(here, list):
                    waiting += [(part, False) for part in here]


def text(value):
    if isinstance(value, str) and value.startswith("u:"):
        return value[2:]
    if isinstance(value, str) and value.startswith("b:"):
        return bytes.fromhex(value[2:]).decode("latin-1")
    return None


class Judge:
    def __init__(self, path):
        self.pdf = Pdf(path)
        self.breaches = []
        self.catalog = self.pdf.entry(self.pdf.trailer, "/Root")
        self.pages = []
        self.fonts_used = {}  # reference of a font: codes shown with it
        self.contents = {}    # (page reference, MCID): the tag of the marked content

    def say(self, standard, clause, what):
        self.breaches.append(f"{standard} {clause}: {what}")

    def need(self, fine, standard, clause, what):
        if not fine:
            self.say(standard, clause, what)
        return fine

    def run(self):
        self.file()
        self.objects()
        self.collect_pages(self.pdf.entry(self.catalog, "/Pages"), self.catalog.get("/Pages"), {})
        for page in self.pages:
            self.page(*page)
        self.fonts()
        self.metadata()
        self.output_intent()
        self.structure()
        self.annotations()
        self.attachments()
        return self.breaches

    # -- the file's bytes -------------------------------------------------------------------------------------------
    def file(self):
        data = self.pdf.bytes
        self.need(re.match(rb"%PDF-1\.[0-7][\r\n]", data), A, "6.1.2", "header")
        second = data.split(b"\n", 2)[1] if b"\n" in data else b""
        self.need(second[:1] == b"%" and len(second) >= 5 and all(c > 127 for c in second[1:5]), A, "6.1.2",
                  "no comment of four high bytes behind the header")
        self.need(re.search(rb"%%EOF(\r\n|\n|\r)?\Z", data), A, "6.1.3", "bytes behind the last %%EOF")
        trailer = self.pdf.trailer
        identity = trailer.get("/ID")
        self.need(isinstance(identity, list) and len(identity) == 2 and all(len(half) > 2 for half in identity), A,
                  "6.1.3", "no file identifier")
        self.need("/Encrypt" not in trailer, A, "6.1.3", "encrypted")
        at = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
        seen, first_table = set(), True
        while at is not None:
            table = data[at:]
            if not self.need(re.match(rb"xref(\r\n|\n|\r)\d+ \d+(\r\n|\n|\r| \r| \n)", table), A, "6.1.4",
                             "xref and its first section are not apart by one line's end"):
                return
            position = at + 4
            while True:
                head = re.compile(rb"\s*(\d+) (\d+)\s+").match(data, position)
                if not head:
                    break
                position = head.end()
                for number in range(int(head[1]), int(head[1]) + int(head[2])):
                    row = data[position:position + 20]
                    position += 20
                    if row[17:18] == b"n" and number not in seen:
                        self.object_bytes(number, int(row[:10]), int(row[11:16]))
                    seen.add(number)
            previous = re.compile(rb"\s*trailer.*?startxref", re.S).match(data, position)
            prev = re.search(rb"/Prev\s+(\d+)", previous[0]) if previous else None
            at = int(prev[1]) if prev else None
            first_table = False

    def object_bytes(self, number, offset, generation):
        data = self.pdf.bytes
        start = f"{number} {generation} obj".encode()
        self.need(data[offset:offset + len(start)] == start and data[offset + len(start):][:1] in b"\r\n", A, "6.1.9",
                  f"spelling of object {number}")
        self.need(offset == 0 or data[offset - 1:offset] in b"\r\n", A, "6.1.9", f"no line's end before object {number}")
        found = self.pdf.objects.get(f"obj:{number} {generation} R", {})
        if "stream" not in found:
            return
        begin = re.compile(rb"\bstream(\r\n|\n)").search(data, offset)
        length = self.pdf.entry(found["stream"]["dict"], "/Length")
        # qpdf gives the length of what it decoded; the file's own stands in its bytes.
        own = re.search(rb"/Length (\d+)( \d+ R)?", data[offset:begin.start()]) if begin else None
        if own and own[2]:
            indirect = re.compile(rb"\n%s 0 obj\s+(\d+)\s" % own[1]).search(data)
            length = int(indirect[1]) if indirect else None
        elif own:
            length = int(own[1])
        self.need(begin and length is not None and
                  re.compile(rb"(\r\n|\n|\r)endstream(\r\n|\n|\r)endobj(\r\n|\n|\r)").match(data, begin.end() + length), A,
                  "6.1.7.1", f"stream of object {number}: its length, or the ends of lines around it")

    # -- all objects -------------------------------------------------------------------------------------------------
    def objects(self):
        for reference, dictionary, is_stream in self.pdf.all():
            where = f"object {reference}"
            if is_stream:
                self.need(not {"/F", "/FFilter", "/FDecodeParms"} & dictionary.keys(), A, "6.1.7.1", f"{where}: external")
            for key, value in dictionary.items():
                self.value(value, where)
                self.need(len(key.encode()) <= 128, A, "6.1.13", f"{where}: a name of more than 127 bytes")
            filters = self.pdf.get(dictionary.get("/Filter")) if is_stream else None
            for name in filters if isinstance(filters, list) else [filters] if filters else []:
                self.need(name in FILTERS, A, "6.1.7.2", f"{where}: filter {name}")
            kind, subtype = self.pdf.get(dictionary.get("/Type")), self.pdf.get(dictionary.get("/Subtype"))
            self.need(kind != "/ExtGState", A, "6.2.5", f"{where}: a graphics state; Naskah writes none")
            if subtype == "/Image":
                self.need(not {"/Alternates", "/OPI"} & dictionary.keys(), A, "6.2.8", f"{where}: Alternates or OPI")
                self.need(dictionary.get("/Interpolate", False) is False, A, "6.2.8", f"{where}: interpolated")
                self.need(dictionary.get("/BitsPerComponent") in (1, 2, 4, 8), A, "6.2.8", f"{where}: bits")
                self.color_space(self.pdf.get(dictionary.get("/ColorSpace")), where)
            if subtype == "/Form" and is_stream:
                self.need(not {"/OPI", "/PS", "/Ref", "/Subtype2"} & dictionary.keys(), A, "6.2.9", f"{where}: form XObject")
                self.need("/Ref" not in dictionary, UA, "7.20", f"{where}: reference XObject")
            self.need(subtype != "/PS", A, "6.2.9", f"{where}: PostScript XObject")
            for action in ("/A", "/AA", "/OpenAction"):
                if action in dictionary and isinstance(self.pdf.get(dictionary[action]), dict):
                    self.need("/S" not in self.pdf.get(dictionary[action]), A, "6.5.1", f"{where}: an action")
        self.need(self.pdf.entry(self.catalog, "/MarkInfo", "/Marked") is True, A, "6.7.2.2", "MarkInfo")
        self.need(self.pdf.entry(self.catalog, "/MarkInfo", "/Marked") is True, UA, "6.2", "MarkInfo")
        self.need(self.pdf.entry(self.catalog, "/MarkInfo", "/Suspects") in (None, False), UA, "7.1", "Suspects")
        self.need(self.pdf.entry(self.catalog, "/ViewerPreferences", "/DisplayDocTitle") is True, UA, "7.1",
                  "DisplayDocTitle")
        self.need(LANGUAGE.match(text(self.pdf.entry(self.catalog, "/Lang")) or ""), A, "6.7.4", "Lang")
        self.need((text(self.pdf.entry(self.catalog, "/Lang")) or "").startswith("id"), UA, "7.2", "Lang is not Indonesian")
        for key, clause in (("/AA", "6.5.2"), ("/OCProperties", "6.9"), ("/Requirements", "6.11"), ("/NeedsRendering", "6.4.2")):
            self.need(key not in self.catalog, A, clause, f"catalog {key}")
        permissions = self.pdf.entry(self.catalog, "/Perms") or {}
        self.need(permissions.keys() <= {"/DocMDP", "/UR3"}, A, "6.1.12", "Perms")

    def value(self, value, where):
        if isinstance(value, bool):
            return
        if isinstance(value, int):
            self.need(-2147483648 <= value <= 2147483647, A, "6.1.13", f"{where}: {value}")
        if isinstance(value, str) and value[:2] in ("u:", "b:"):
            self.need(len(value) < 2 * 32768, A, "6.1.13", f"{where}: a string of more than 32767 bytes")
        if isinstance(value, list):
            for part in value:
                self.value(part, where)

    def color_space(self, space, where):
        if isinstance(space, list) and space and space[0] == "/Indexed":
            space = self.pdf.get(space[1])
        self.need(space in ("/DeviceRGB", "/DeviceGray", None), A, "6.2.4.3", f"{where}: colour space {space}")

    # -- pages -------------------------------------------------------------------------------------------------------
    def collect_pages(self, node, reference, inherited):
        inherited = dict(inherited)
        for key in ("/Resources", "/MediaBox"):
            if key in node:
                inherited[key] = node[key]
        for kid in self.pdf.get(node.get("/Kids")) or []:
            self.collect_pages(self.pdf.get(kid), kid, inherited)
        if "/Kids" not in node:
            self.pages.append((reference, node, inherited))

    def page(self, reference, page, inherited):
        where = f"page {len([p for p in self.pages if p[0] == reference]) and self.pages.index((reference, page, inherited)) + 1}"
        box = self.pdf.get(inherited.get("/MediaBox"))
        self.need(3 <= box[2] - box[0] <= 14400 and 3 <= box[3] - box[1] <= 14400, A, "6.1.13", f"{where}: size")
        self.need(not {"/AA", "/PresSteps"} & page.keys(), A, "6.5.2", f"{where}: AA or PresSteps")
        self.need("/Resources" in page, A, "6.2.2", f"{where}: resources are inherited")
        if page.get("/Annots"):
            self.need(page.get("/Tabs") == "/S", UA, "7.18.3", f"{where}: Tabs")
        contents = page.get("/Contents")
        parts = self.pdf.get(contents) if isinstance(self.pdf.get(contents), list) else [contents]
        self.content(b"\n".join(self.pdf.stream(part) for part in parts), reference, page, where)

    TOKEN = re.compile(rb"\s*(?:%[^\r\n]*|(<<|>>|\[|\])|\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]*)>|(/[^\s()<>\[\]{}/%]*)|"
                       rb"([^\s()<>\[\]{}/%]+))", re.S)
    ESCAPE = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.S)

    def tokens(self, data):
        at = 0
        while at < len(data):
            match = self.TOKEN.match(data, at)
            if not match:
                break
            at = match.end()
            if match[2] is not None:
                yield "string", self.ESCAPE.sub(self.unescape, match[2])
            elif match[3] is not None:
                yield "string", bytes.fromhex(match[3].decode())
            elif match[1] or match[4] or match[5]:
                yield "word", (match[1] or match[4] or match[5]).decode("latin-1")

    @staticmethod
    def unescape(match):
        escaped = match[1]
        if escaped[:1].isdigit():
            return bytes([int(escaped, 8) & 255])
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(escaped, escaped)

    def content(self, data, reference, page, where):
        operands, marked, depth, font = [], [], 0, None
        fonts = self.pdf.entry(page, "/Resources", "/Font") or {}
        pictures = self.pdf.entry(page, "/Resources", "/XObject") or {}
        for kind, token in self.tokens(data):
            if kind == "string" or re.match(r"[-+.\d/\[\]<>]", token) or token in ("true", "false", "null"):
                operands.append((kind, token))
                continue
            if not self.need(token in OPERATORS, A, "6.2.2", f"{where}: operator {token}"):
                return
            words = [word for what, word in operands if what == "word"]
            if token in ("BMC", "BDC"):
                inside_artifact = "/Artifact" in marked
                self.need(not (words[0] == "/Artifact" and [m for m in marked if m != "/Artifact"]), UA, "7.1",
                          f"{where}: an artifact within tagged content")
                if "/MCID" in words:
                    number = int(words[words.index("/MCID") + 1])
                    self.need(not inside_artifact, UA, "7.1", f"{where}: tagged content within an artifact")
                    self.need((reference, number) not in self.contents, UA, "7.1", f"{where}: MCID {number} twice")
                    self.contents[reference, number] = words[0][1:]
                    marked.append("/tagged")
                else:
                    marked.append(words[0] if words[0] == "/Artifact" or not marked else marked[-1])
            elif token == "EMC":
                if not self.need(marked, UA, "7.1", f"{where}: EMC without BDC"):
                    return
                marked.pop()
            elif token == "q":
                depth += 1
                self.need(depth <= 28, A, "6.1.13", f"{where}: q nested {depth} times")
            elif token == "Q":
                depth -= 1
            elif token == "Tf":
                font = fonts.get(words[0])
                self.need(font, A, "6.2.2", f"{where}: font {words[0]}")
            elif token in ("Tj", "TJ", "'", '"'):
                codes = self.fonts_used.setdefault(font, set())
                for what, shown in operands:
                    if what == "string":
                        codes.update(shown[i] << 8 | shown[i + 1] for i in range(0, len(shown) - 1, 2))
            elif token == "Do":
                self.need(words[0] in pictures, A, "6.2.2", f"{where}: picture {words[0]}")
            elif token in ("K", "k", "CS", "cs", "SC", "sc", "SCN", "scn", "sh"):
                self.say(A, "6.2.4.3", f"{where}: a colour by {token}")
            elif token == "ri":
                self.say(A, "6.2.6", f"{where}: rendering intent")
            if token in ("Tj", "TJ", "Do", "f", "F", "f*", "S", "s", "B", "b", "B*", "b*", "'", '"'):
                self.need("/tagged" in marked or "/Artifact" in marked, UA, "7.1",
                          f"{where}: content that is neither tagged nor an artifact ({token})")
            operands = []
        self.need(not marked and depth == 0, UA, "7.1", f"{where}: marked content or q left open")

    # -- fonts -------------------------------------------------------------------------------------------------------
    def fonts(self):
        for reference, codes in self.fonts_used.items():
            font = self.pdf.get(reference)
            name = self.pdf.entry(font, "/BaseFont")
            if not self.need(self.pdf.entry(font, "/Type") == "/Font" and self.pdf.entry(font, "/Subtype") == "/Type0", A,
                             "6.2.11.2", f"font {name}: {self.pdf.entry(font, '/Subtype')}"):
                continue
            self.need(self.pdf.entry(font, "/Encoding") == "/Identity-H", A, "6.2.11.3.3", f"font {name}: encoding")
            cid_font = self.pdf.get(self.pdf.entry(font, "/DescendantFonts")[0])
            true_type = cid_font.get("/Subtype") == "/CIDFontType2"
            self.need(not true_type or self.pdf.entry(cid_font, "/CIDToGIDMap") == "/Identity", A, "6.2.11.3.2",
                      f"font {name}: CIDToGIDMap")
            self.need("/CIDSystemInfo" in cid_font, A, "6.2.11.3.1", f"font {name}: CIDSystemInfo")
            descriptor = self.pdf.entry(cid_font, "/FontDescriptor") or {}
            program = descriptor.get("/FontFile2" if true_type else "/FontFile3")
            if not self.need(program, A, "6.2.11.4.1", f"font {name} is not embedded"):
                continue
            if not true_type:
                self.need(self.pdf.entry(program, "/Subtype") == "/CIDFontType0C", A, "6.2.11.2", f"font {name}: CFF kind")
            self.need("/CIDSet" not in descriptor, A, "6.2.11.4.2", f"font {name}: a CIDSet, which Naskah does not write")
            widths = self.widths(self.pdf.entry(cid_font, "/W") or [], self.pdf.entry(cid_font, "/DW") or 1000)
            known = self.true_type_widths(self.pdf.stream(program)) if true_type else None
            unicode = self.to_unicode(self.pdf.stream(font.get("/ToUnicode")) or b"")
            for code in sorted(codes):
                self.need(code != 0, A, "6.2.11.8", f"font {name}: .notdef is shown")
                if known is not None and self.need(code < len(known), A, "6.2.11.4.1", f"font {name}: no glyph {code}"):
                    self.need(abs(known[code] - widths(code)) <= 1, A, "6.2.11.5",
                              f"font {name}: glyph {code} is {known[code]:.0f} wide, the file says {widths(code)}")
                meant = unicode.get(code)
                if self.need(meant, A, "6.2.11.7.2", f"font {name}: code {code} has no Unicode value"):
                    self.need(not set(meant) & {"\0", "\ufeff", "\ufffe"}, UA, "7.21.7", f"font {name}: code {code}")
                    self.need(not any("\ue000" <= c <= "\uf8ff" for c in meant), A, "6.2.11.7.3",
                              f"font {name}: code {code} means a private character")

    def widths(self, array, default):
        known, at = {}, 0
        while at < len(array):
            second = self.pdf.get(array[at + 1])
            if isinstance(second, list):
                known.update({array[at] + i: width for i, width in enumerate(second)})
                at += 2
            else:
                known.update({code: array[at + 2] for code in range(array[at], second + 1)})
                at += 3
        return lambda code: known.get(code, default)

    @staticmethod
    def true_type_widths(data):
        tables = {}
        for i in range(struct.unpack(">H", data[4:6])[0]):
            tag, _, offset, length = struct.unpack(">4sIII", data[12 + 16 * i:28 + 16 * i])
            tables[tag] = data[offset:offset + length]
        em = struct.unpack(">H", tables[b"head"][18:20])[0]
        metrics = struct.unpack(">H", tables[b"hhea"][34:36])[0]
        glyphs = struct.unpack(">H", tables[b"maxp"][4:6])[0]
        advance = [struct.unpack(">H", tables[b"hmtx"][4 * i:4 * i + 2])[0] for i in range(metrics)]
        return [advance[min(i, metrics - 1)] * 1000 / em for i in range(glyphs)]

    @staticmethod
    def to_unicode(data):
        known = {}
        utf16 = lambda digits: bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", data, re.S):
            for code, meant in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                known[int(code, 16)] = utf16(meant)
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", data, re.S):
            for first, last, meant in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                start = utf16(meant)
                for code in range(int(first, 16), int(last, 16) + 1):
                    known[code] = start[:-1] + chr(ord(start[-1]) + code - int(first, 16))
        return known

    # -- metadata ----------------------------------------------------------------------------------------------------
    def metadata(self):
        reference = self.catalog.get("/Metadata")
        dictionary = self.pdf.get(reference) or {}
        self.need(dictionary.get("/Type") == "/Metadata" and dictionary.get("/Subtype") == "/XML", A, "6.6.2.1",
                  "no metadata stream")
        packet = self.pdf.stream(reference) or b""
        header = re.match(rb"<\?xpacket begin=([\"'])(.*?)\1 id=([\"'])W5M0MpCehiHzreSzNTczkc9d\3(.*?)\?>", packet)
        self.need(header and not header[4].strip(), A, "6.6.2.1", "packet header (no bytes, no encoding)")
        try:
            root = ElementTree.fromstring(re.sub(rb"<\?xpacket.*?\?>", b"", packet).strip())
        except ElementTree.ParseError as error:
            return self.say(A, "6.6.2.1", f"not XML: {error}")
        rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
        spaces = {"dc": "http://purl.org/dc/elements/1.1/", "xmp": "http://ns.adobe.com/xap/1.0/",
                  "pdf": "http://ns.adobe.com/pdf/1.3/", "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
                  "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
                  "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/"}
        values = {}
        for description in root.iter(rdf + "Description"):
            for element in description:
                space, _, name = element.tag[1:].partition("}")
                self.need(space in spaces.values(), A, "6.6.2.3.1", f"property of an unknown schema {space}")
                values[space, name] = element
        value = lambda prefix, name: values.get((spaces[prefix], name))
        plain = lambda prefix, name: "".join(value(prefix, name).itertext()).strip() if value(prefix, name) is not None else None
        self.need(plain("pdfaid", "part") == "3", A, "6.6.4", "pdfaid:part is not 3")
        self.need(plain("pdfaid", "conformance") == "A", A, "6.6.4", "pdfaid:conformance is not A")
        self.need(plain("pdfuaid", "part") == "1", UA, "5", "pdfuaid:part is not 1")
        for prefix in ("pdfaid", "pdfuaid", "pdfaExtension"):
            self.need(f"xmlns:{prefix}=".encode() in packet, A, "6.6.4", f"the prefix {prefix}")
        self.need(plain("dc", "title"), UA, "7.1", "no dc:title")
        schema = "{http://www.aiim.org/pdfa/ns/schema#}"
        described = "{http://www.aiim.org/pdfa/ns/property#}"
        extension = value("pdfaExtension", "schemas")
        found = [] if extension is None else [
            item for item in extension.iter(rdf + "li")
            if (item.findtext(schema + "namespaceURI") or "") == spaces["pdfuaid"]]
        if self.need(len(found) == 1, A, "6.6.2.3.2", "pdfuaid is not described"):
            self.need(found[0].findtext(schema + "prefix") == "pdfuaid" and found[0].findtext(schema + "schema"), A,
                      "6.6.2.3.3", "schema and prefix of pdfuaid")
            rows = found[0].find(schema + "property")
            rows = [] if rows is None else rows.findall(f"{rdf}Seq/{rdf}li")
            self.need(len(rows) == 1 and rows[0].findtext(described + "name") == "part" and
                      rows[0].findtext(described + "valueType") == "Integer" and
                      rows[0].findtext(described + "category") == "internal" and
                      rows[0].findtext(described + "description"), A, "6.6.2.3.3", "properties of pdfuaid")
        # The information dictionary says the same (6.6.3).
        info = self.pdf.entry(self.pdf.trailer, "/Info") or {}
        moment = lambda date: re.sub(r"[^0-9]", "", date or "")[:14]
        for key, prefix, name in (("/Title", "dc", "title"), ("/Author", "dc", "creator"), ("/Subject", "dc", "description"),
                                  ("/Creator", "xmp", "CreatorTool"), ("/Producer", "pdf", "Producer")):
            if key in info:
                self.need(text(info[key]) == plain(prefix, name), A, "6.6.3", f"{key} and {prefix}:{name} differ")
        for key, name in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
            if key in info:
                self.need(moment(text(info[key])) == moment(plain("xmp", name)), A, "6.6.3", f"{key} and xmp:{name} differ")

    def output_intent(self):
        intents = self.pdf.entry(self.catalog, "/OutputIntents") or []
        intents = [self.pdf.get(intent) for intent in intents]
        if not self.need(len(intents) == 1 and intents[0].get("/S") == "/GTS_PDFA1", A, "6.2.3", "no output intent"):
            return
        self.need(text(intents[0].get("/OutputConditionIdentifier")), A, "6.2.3", "OutputConditionIdentifier")
        profile = self.pdf.stream(intents[0].get("/DestOutputProfile")) or b""
        self.need(len(profile) > 128 and struct.unpack(">I", profile[:4])[0] == len(profile) and profile[8] < 5 and
                  profile[12:16] in (b"mntr", b"prtr") and profile[16:20] == b"RGB " and profile[36:40] == b"acsp", A,
                  "6.2.3", "the output profile is no RGB profile of version 2 or 4")
        self.need(self.pdf.entry(intents[0], "/DestOutputProfile", "/N") == 3, A, "6.2.3", "N of the output profile")

    # -- structure ---------------------------------------------------------------------------------------------------
    def structure(self):
        root = self.pdf.entry(self.catalog, "/StructTreeRoot")
        if not self.need(root, A, "6.7.3.3", "no structure tree"):
            return self.say(UA, "7.1", "no structure tree")
        self.need(not root.get("/RoleMap"), A, "6.7.3.4", "a role map; Naskah uses standard types only")
        self.parents = self.number_tree(root.get("/ParentTree"))
        self.seen_marks, self.objects_in_tree, self.headings = {}, {}, []
        for kid in self.kids(root):
            self.element(kid, self.catalog.get("/StructTreeRoot"), None, 0)
        for mark, tag in self.contents.items():
            self.need(mark in self.seen_marks, UA, "7.1", f"marked content {mark[1]} of page object {mark[0]} is in no element")
            # A Span within a paragraph carries ActualText; any other tag is that of its element.
            if mark in self.seen_marks and tag != "Span":
                self.need(tag == self.seen_marks[mark][0], UA, "7.1", f"content tagged {tag} in {self.seen_marks[mark][0]}")
        for reference, page, _ in self.pages:
            key = page.get("/StructParents")
            row = self.pdf.get(self.parents.get(key)) or []
            marks = sorted(number for where, number in self.contents if where == reference)
            self.need(all(number < len(row) and row[number] == self.seen_marks.get((reference, number), (None, None))[1]
                          for number in marks), UA, "7.1", f"ParentTree {key} does not lead back to the elements")
        for level, previous in zip(self.headings, [0] + self.headings):
            self.need(level <= previous + 1, UA, "7.4.2", f"H{level} behind H{previous}")

    def number_tree(self, node):
        node = self.pdf.get(node) or {}
        numbers = self.pdf.get(node.get("/Nums")) or []
        found = dict(zip(numbers[::2], numbers[1::2]))
        for kid in self.pdf.get(node.get("/Kids")) or []:
            found.update(self.number_tree(kid))
        return found

    def kids(self, element):
        kids = element.get("/K")
        kids = self.pdf.get(kids) if isinstance(self.pdf.get(kids), list) else [kids]
        return [kid for kid in kids if kid is not None]

    def element(self, reference, parent, parent_type, depth):
        element = self.pdf.get(reference)
        kind = self.pdf.entry(element, "/S")[1:]
        self.need(kind in STANDARD_TYPES, UA, "7.1", f"structure type {kind}")
        self.need(element.get("/P") == parent, UA, "7.1", f"{kind}: its parent entry leads elsewhere")
        wants = {"TR": "Table THead TBody TFoot", "TH": "TR", "TD": "TR", "THead": "Table", "TBody": "Table", "TFoot": "Table",
                 "LI": "L", "Lbl": "LI Note Table P Sect Document Div TD LBody BlockQuote", "LBody": "LI"}.get(kind)
        self.need(wants is None or parent_type in wants.split(), UA, "7.2", f"{kind} within {parent_type}")
        may_hold = {"Table": "TR THead TBody TFoot Caption", "TR": "TH TD", "THead": "TR", "TBody": "TR", "L": "L LI Caption",
                    "LI": "Lbl LBody"}.get(kind)
        if re.fullmatch(r"H[1-6]", kind):
            self.headings.append(int(kind[1]))
        self.need(kind != "H", UA, "7.4.4", "H beside H1 to H6")
        alternative = text(element.get("/Alt")) or text(element.get("/ActualText"))
        self.need(kind not in ("Figure", "Formula") or alternative, UA, "7.3", f"{kind} {reference} without alternative text")
        rows, widgets, others = [], 0, 0
        for kid in self.kids(element):
            value = self.pdf.get(kid)
            if isinstance(value, int):
                self.mark(element.get("/Pg"), value, kind, reference)
                others += 1
                self.need(may_hold is None, UA, "7.2", f"content directly within {kind}")
            elif value.get("/Type") == "/MCR":
                self.mark(value.get("/Pg", element.get("/Pg")), value["/MCID"], kind, reference)
                others += 1
            elif value.get("/Type") == "/OBJR":
                self.objects_in_tree[value.get("/Obj")] = (kind, reference)
                widgets += 1
            else:
                child = self.pdf.entry(value, "/S")[1:]
                self.need(may_hold is None or child in may_hold.split(), UA, "7.2", f"{child} within {kind}")
                self.element(kid, reference, kind, depth + 1)
                others += 1
                rows.append(value)
        self.need(kind != "Form" or (widgets == 1 and others == 0), UA, "7.18.4", "a Form holds one widget and nothing else")
        if kind == "Table":
            self.table(rows)

    def mark(self, page, number, kind, reference):
        self.need((page, number) in self.contents, UA, "7.1", f"{kind}: no marked content {number} on page object {page}")
        self.need((page, number) not in self.seen_marks, UA, "7.1", f"marked content {number} belongs to two elements")
        self.seen_marks[page, number] = (kind, reference)

    def attribute(self, cell, name, default):
        attributes = self.pdf.get(cell.get("/A"))
        for owner in attributes if isinstance(attributes, list) else [attributes]:
            owner = self.pdf.get(owner)
            if isinstance(owner, dict) and name in owner:
                return self.pdf.get(owner[name])
        return default

    def table(self, rows):
        flat = []
        for row in rows:
            flat += [self.pdf.get(kid) for kid in self.kids(row)] if row["/S"] in ("/THead", "/TBody", "/TFoot") else [row]
        taken, widths, headed, plain, in_column, in_row = {}, set(), False, False, set(), set()
        for y, row in enumerate(flat):
            x = 0
            for cell in self.kids(row):
                cell = self.pdf.get(cell)
                while (y, x) in taken:
                    x += 1
                across, down = self.attribute(cell, "/ColSpan", 1), self.attribute(cell, "/RowSpan", 1)
                for place in [(y + j, x + i) for j in range(down) for i in range(across)]:
                    self.need(place not in taken, UA, "7.2", "two cells of a table lie upon each other")
                    taken[place] = cell
                if cell["/S"] == "/TH":
                    headed = True
                    scope = self.attribute(cell, "/Scope", None)
                    self.need(scope in ("/Column", "/Row", "/Both"), UA, "7.5", "a TH without Scope")
                    if scope in ("/Column", "/Both"):
                        in_column.update(range(x, x + across))
                    if scope in ("/Row", "/Both"):
                        in_row.update(range(y, y + down))
                x += across
        for y in range(len(flat)):
            widths.add(sum(1 for place in taken if place[0] == y))
        self.need(max((place[0] for place in taken), default=-1) < len(flat), UA, "7.2", "a cell spans more rows than there are")
        self.need(len(widths) <= 1, UA, "7.2", f"rows of a table are {sorted(widths)} cells wide")
        for (y, x), cell in taken.items():
            if cell["/S"] == "/TD" and headed and not (x in in_column or y in in_row):
                self.say(UA, "7.5", f"cell {y + 1},{x + 1} of a table has no header")

    # -- annotations, forms, signatures ---------------------------------------------------------------------------------
    def annotations(self):
        form = self.pdf.entry(self.catalog, "/AcroForm") or {}
        self.need("/XFA" not in form, A, "6.4.2", "XFA")
        self.need(form.get("/NeedAppearances", False) is False, A, "6.4.1", "NeedAppearances")
        widgets = 0
        for reference, page, _ in self.pages:
            for annotation in self.pdf.get(page.get("/Annots")) or []:
                value = self.pdf.get(annotation)
                subtype = value.get("/Subtype")
                where = f"annotation {annotation}"
                self.need(subtype in ("/Widget", "/Link"), A, "6.3.1", f"{where}: {subtype}; Naskah makes none")
                flags = value.get("/F")
                self.need(isinstance(flags, int) and flags & 0b100100111 == 0b100, A, "6.3.2", f"{where}: F is {flags}")
                x1, y1, x2, y2 = self.pdf.get(value["/Rect"])
                appearance = self.pdf.get(value.get("/AP"))
                seen = x1 != x2 or y1 != y2
                self.need(not seen or subtype == "/Link" or appearance is not None, A, "6.3.3", f"{where}: no appearance")
                self.need(appearance is None or (list(appearance) == ["/N"] and self.pdf.stream(appearance["/N"]) is not None),
                          A, "6.3.3", f"{where}: an appearance of more than N, or that is no stream")
                self.need(not {"/A", "/AA"} & value.keys() or subtype == "/Link", A, "6.4.1", f"{where}: an action")
                if subtype == "/Link":
                    self.need(text(value.get("/Contents")), UA, "7.18.5", f"{where}: no Contents")
                    wanted = "Link"
                else:
                    widgets += 1
                    self.need(text(value.get("/TU")), UA, "7.18.1", f"{where}: no TU")
                    wanted = "Form"
                # What was added later and shows nothing lies outside of the page and of its structure.
                if seen or "/StructParent" in value:
                    owner = self.objects_in_tree.get(annotation)
                    self.need(owner and owner[0] == wanted, UA, "7.18.4", f"{where} is not within a {wanted}")
                    self.need(owner and self.parents.get(value.get("/StructParent")) == owner[1], UA, "7.18.4",
                              f"{where}: ParentTree does not lead to its {wanted}")
                signature = self.pdf.get(value.get("/V"))
                if signature:
                    self.signature(signature, where)
        self.need(len(self.pdf.get(form.get("/Fields")) or []) == widgets, A, "6.4.1", "fields and widgets are not the same")

    def signature(self, signature, where):
        begin, first, second, rest = self.pdf.get(signature["/ByteRange"])
        data = self.pdf.bytes
        self.need(begin == 0 and data[first:first + 1] == b"<" and data[second - 1:second] == b">", A, "6.4.3",
                  f"{where}: ByteRange leaves out more than the signature")
        self.need(re.search(rb"%%EOF\s*\Z", data[:second + rest]), A, "6.4.3", f"{where}: ByteRange ends within a revision")
        for reference in self.pdf.get(signature.get("/Reference")) or []:
            self.need(not {"/DigestLocation", "/DigestMethod", "/DigestValue"} & self.pdf.get(reference).keys(), A, "6.1.12",
                      f"{where}: signature reference")

    # -- embedded files --------------------------------------------------------------------------------------------------
    def attachments(self):
        associated = self.pdf.get(self.catalog.get("/AF")) or []
        for reference, dictionary, _ in self.pdf.all():
            if not isinstance(self.pdf.get(dictionary.get("/EF")), dict):
                continue
            where = f"embedded file {text(dictionary.get('/UF'))}"
            self.need(text(dictionary.get("/F")) and text(dictionary.get("/UF")), A, "6.8", f"{where}: F and UF")
            self.need(text(dictionary.get("/F")) and text(dictionary.get("/UF")), UA, "7.11", f"{where}: F and UF")
            self.need(dictionary.get("/AFRelationship") in ("/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"),
                      A, "6.8", f"{where}: AFRelationship")
            self.need(reference in associated, A, "6.8", f"{where}: not associated with the document (AF)")
            self.need(text(dictionary.get("/Desc")), A, "6.8", f"{where}: Desc")
            stream = self.pdf.entry(dictionary, "/EF", "/F") or {}
            self.need(re.fullmatch(r"/[-\w+.]+/[-\w+.]+", stream.get("/Subtype") or ""), A, "6.8", f"{where}: its MIME type")
            self.need(text(self.pdf.entry(stream, "/Params", "/ModDate")), A, "6.8", f"{where}: Params ModDate")


# What a breach looks like: bytes of a good file, others as long, and what has to be said.
DAMAGES = [
    (b"%PDF-1.7", b"%PDF-1.9", "6.1.2"), (b"\n%\xb7", b"\n%x", "6.1.2"), (b"/Marked true", b"/Marked null", "6.7.2.2"),
    (b"/Lang(id-ID)", b"/Lang(in ID)", "6.7.4"), (b"/DisplayDocTitle true", b"/DisplayDocTitle null", "7.1"),
    (b"<pdfaid:part>3<", b"<pdfaid:part>2<", "6.6.4"), (b"<pdfaid:conformance>A<", b"<pdfaid:conformance>B<", "6.6.4"),
    (b"<pdfuaid:part>1<", b"<pdfuaid:part>2<", "14289-1 5"), (b">pdfuaid</pdfaSchema", b">pdfuaix</pdfaSchema", "6.6.2.3.3"),
    (b"<pdfaProperty:category>internal", b"<pdfaProperty:category>Internal", "6.6.2.3.3"),
    (b"<dc:title>", b"<dc:ttile>", "6.6.2.1"), (b"/Creator(Na", b"/Creator(Ma", "6.6.3"), (b"/GTS_PDFA1", b"/GTS_PDFA2", "6.2.3"),
    (b"/StructTreeRoot ", b"/StructTreeRoof ", "6.7.3.3"), (b"/S/H1", b"/S/H3", "7.4.2"), (b"/Alt(", b"/Alx(", "7.3"),
    (b"/Scope/Column", b"/Scope/Colour", "7.5"), (b"/S/TR/P", b"/S/TD/P", "7.2"), (b"/S/Lbl", b"/S/Lbx", "7.1"),
    (b"/S/Form/", b"/S/Span", "7.18.4"), (b"/TU(", b"/TV(", "7.18.1"), (b"/F 132", b"/F 130", "6.3.2"), (b"/AP<<", b"/AQ<<", "6.3.3"),
    (b"/Tabs/S/Annots", b"/Tabs/R/Annots", "7.18.3"), (b"/AFRelationship/Data", b"/AFRelationship/Info", "6.8"), (b"/AF[", b"/AG[", "6.8"),
    (b"application#2Fjson", b"application#2Djson", "6.8"), (b"/Desc(", b"/Desk(", "6.8"), (b"/ModDate(", b"/ModDatf(", "6.8"),
    (b"/Type0/", b"/Type9/", "6.2.11.2"), (b"/FontFile2 ", b"/FontFile9 ", "6.2.11.4.1"), (b"/ToUnicode ", b"/ToUnicodf ", "6.2.11.7.2"),
    (b"/CIDToGIDMap/Identity", b"/CIDToGIDMap/Identitx", "6.2.11.3.2"), (b"/W[", b"/V[", "6.2.11.5"),
    (b"/ColorSpace/DeviceGray", b"/ColorSpace/DeviceCMYK", "6.2.4.3"), (b"\nendstream", b" endstream", "6.1.7.1"),
    (b" 0 obj\n", b" 0  obj", "6.1.9"), (b"/ID ", b"/IX ", "6.1.3"), (b"/StructParents 0", b"/StructParents 9", "7.1"),
    (b"/ByteRange [0 ", b"/ByteRange [1 ", "6.4.3"),
]


def breaches_of(data):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        copy.write(data)
        copy.flush()
        try:
            return Judge(copy.name).run()
        except (SystemExit, KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            return [f"cannot be read: {error!r}"]


def self_test(path):
    good = open(path, "rb").read()
    unsigned = good.index(b"%%EOF") + 6
    failures = [f"a good file: {breach}" for part in (good, good[:unsigned]) for breach in breaches_of(part)]
    tried = 0
    for before, after, clause in DAMAGES:
        # A signature's update replaces what stood before; all but the signature is broken in the letter alone.
        letter = good if before in good[unsigned:] and before not in good[:unsigned] else good[:unsigned]
        if before not in letter:
            failures.append(f"{before!r} is not in the file")
            continue
        tried += 1
        at = letter.rfind(before)
        bad = letter[:at] + after[:len(before)].ljust(len(before)) + letter[at + len(before):]
        said = breaches_of(bad)
        if not any(clause in breach or breach.startswith("cannot be read") for breach in said):
            failures.append(f"{before!r} -> {after!r}: {clause} expected, said {said[:3]}")
    print("\n".join(failures + [f"{tried} damages, {len(failures)} not noticed"]))
    return 1 if failures else 0


def main():
    if sys.argv[1:2] == ["--self-test"]:
        return self_test(sys.argv[2])
    broken = False
    unsigned = sys.argv[1:2] == ["--unsigned"]
    for path in sys.argv[2 if unsigned else 1:]:
        data = open(path, "rb").read()
        for breach in breaches_of(data[:data.index(b"%%EOF") + 6] if unsigned else data):
            print(f"{path}: {breach}")
            broken = True
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
