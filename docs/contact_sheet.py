#!/usr/bin/env python3
"""The first page of a letter of each kind, side by side: docs/jenis-surat.png.

    docs/contact_sheet.py [--naskah build/bin/naskah] [--out docs/jenis-surat.png] [--columns 9] [--kinds a,b] [--pages]

Letters are issued in a demo office of their own, so they have number, date and QR code. --pages shows every
page, for whoever looks a kind over. Needs pdftoppm (poppler-utils) and python3-pil.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

ROOT = pathlib.Path(__file__).resolve().parent.parent
FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, **more)


def pages_of(pdf, dpi, every):
    folder = pathlib.Path(tempfile.mkdtemp(dir=pdf.parent))
    last = [] if every else ["-l", "1"]
    run("pdftoppm", "-r", dpi, "-png", *last, pdf, folder / "page")
    return [Image.open(file).convert("RGB") for file in sorted(folder.glob("*.png"))]


def main():
    wish = argparse.ArgumentParser()
    wish.add_argument("--naskah", default=ROOT / "build/bin/naskah")
    wish.add_argument("--out", default=ROOT / "docs/jenis-surat.png")
    wish.add_argument("--columns", type=int, default=9)
    wish.add_argument("--width", type=int, default=190, help="of one page, in pixels")
    wish.add_argument("--kinds", default="")
    wish.add_argument("--pages", action="store_true")
    wish = wish.parse_args()
    with tempfile.TemporaryDirectory() as temp:
        temp = pathlib.Path(temp)
        office = temp / "kantor"
        naskah = lambda *words: run(wish.naskah, "--office", office, *words).stdout.decode()
        run(wish.naskah, "init", office, "--demo")
        kinds = wish.kinds.split(",") if wish.kinds else [line.split()[0] for line in naskah("template", "list").splitlines()]
        cells = []
        for kind in kinds:
            data = office / (kind + ".json")
            data.write_text(naskah("template", "example", kind))
            pdf = temp / (kind + ".pdf")
            naskah("issue", kind, data, "-o", pdf)
            for page in pages_of(pdf, 100, wish.pages):
                high = round(page.height * wish.width / page.width)
                cells.append((kind, page.resize((wish.width, high), Image.LANCZOS)))
        gap, label = 8, 14
        height = max(page.height for _, page in cells) + label + gap
        rows = -(-len(cells) // wish.columns)
        sheet = Image.new("RGB", ((wish.width + gap) * wish.columns + gap, height * rows + gap), (208, 212, 216))
        draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 11)
        for place, (kind, page) in enumerate(cells):
            x, y = gap + place % wish.columns * (wish.width + gap), gap + place // wish.columns * height
            draw.text((x, y - 2), kind, fill=(40, 44, 48), font=font)
            sheet.paste(page, (x, y + label))
        sheet.quantize(96, method=Image.MEDIANCUT).save(wish.out, optimize=True)
    print(f"{wish.out}: {len(cells)} halaman, {pathlib.Path(wish.out).stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
