// The camera and photographs on the page that checks letters. Pictures are read here and never sent; what a
// code says is followed only if it is ours, and shown by a page of ours if not. Without this file the page
// still takes a photo, a typed code or a PDF.
"use strict";
(() => {
  const box = document.getElementById("kamera");
  if (!box) return;
  const words = box.dataset;
  const byId = (id) => document.getElementById(id);
  const status = byId("kabar-kamera"), view = byId("bidik"), video = byId("gambar-kamera");
  const photo = byId("foto"), photoForm = byId("formulir-foto");
  const tell = (text) => { status.textContent = text; };

  // The browser's own reader where there is one, else ZXing, loaded when first needed.
  let reader;
  const makeReader = async () => {
    if ("BarcodeDetector" in window) {
      try {
        if ((await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
          const detector = new BarcodeDetector({ formats: ["qr_code"] });
          return async (picture) => (await detector.detect(picture)).map((code) => code.rawValue);
        }
      } catch { /* announced, but not there */ }
    }
    if (!words.pembaca) throw new Error("no reader");
    await new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = words.pembaca;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => words.wasm }, fireImmediately: true });
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    return async (picture) => {
      const width = picture.videoWidth || picture.width, height = picture.videoHeight || picture.height;
      const scale = Math.min(1, 1600 / Math.max(width, height));
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
      const codes = await ZXingWASM.readBarcodes(pixels, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 4 });
      return codes.filter((code) => code.isValid).map((code) => code.text);
    };
  };
  const read = async (picture) => {
    reader ??= makeReader();
    try {
      return await (await reader)(picture);
    } catch (error) {
      reader = undefined;
      throw error;
    }
  };

  // Ours before any other; what is not ours is explained by the server, by a form so that it stands in no
  // address.
  const ours = (text) => {
    try {
      const address = new URL(text);
      const code = /\/v\/([0-9A-Za-z-]{26,40})\/?$/.exec(address.pathname);
      return address.host === words.resmi && code ? "/v/" + code[1] : null;
    } catch {
      return null;
    }
  };
  const follow = (texts) => {
    tell(words.terbaca);
    const place = texts.map(ours).find(Boolean);
    if (place) return location.assign(place);
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/periksa/alamat";
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "teks";
    field.value = texts[0];
    form.append(field, ...photoForm.querySelectorAll("[name=csrf]"));
    document.body.append(form);
    form.submit();
  };

  let stream = null;
  const close = () => {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
    video.srcObject = null;
    view.hidden = true;
    byId("buka-kamera").hidden = false;
  };
  const look = async () => {
    while (stream) {
      try {
        if (video.readyState >= 2) {
          const texts = await read(video);
          if (texts.length > 0 && stream) {
            close();
            return follow(texts);
          }
        }
      } catch {
        close();
        return tell(words.ditolak);
      }
      await new Promise((again) => setTimeout(again, 120));
    }
  };
  byId("buka-kamera").addEventListener("click", async () => {
    tell(words.menyiapkan);
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false });
      video.srcObject = stream;
      view.hidden = false;
      byId("buka-kamera").hidden = true;
      await video.play();
      tell(words.arahkan);
      byId("tutup-kamera").focus();
      look();
    } catch {
      close();
      tell(words.ditolak);
    }
  });
  byId("tutup-kamera").addEventListener("click", () => {
    close();
    tell("");
    byId("buka-kamera").focus();
  });
  addEventListener("pagehide", close);

  // A photo is read here too; if that cannot be, it is sent, as the form without script does.
  const pick = byId("foto-lokal");
  const readPhoto = async () => {
    if (pick.files.length === 0) return;
    tell(words.membaca);
    let texts;
    try {
      texts = await read(await createImageBitmap(pick.files[0]));
    } catch {
      photo.files = pick.files;
      return photoForm.submit();
    }
    pick.value = "";
    if (texts.length > 0) follow(texts);
    else tell(words.kosong);
  };
  pick.addEventListener("change", readPhoto);

  if ("BarcodeDetector" in window || words.pembaca) {
    box.hidden = false;
    photoForm.hidden = !photoForm.classList.contains("field-error");
    byId("buka-kamera").hidden = !(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
  }

  // A file that the server would refuse is told before it is sent.
  const pdf = byId("pdf");
  pdf.addEventListener("change", () => {
    const large = pdf.files.length > 0 && pdf.files[0].size > 20 * 1024 * 1024;
    pdf.setCustomValidity(large ? pdf.dataset.terlaluBesar : "");
    if (large) pdf.reportValidity();
  });
  const drop = byId("formulir-pdf");
  byId("seret").hidden = false;
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    pdf.files = event.dataTransfer.files;
    pdf.dispatchEvent(new Event("change"));
  });

  const trouble = byId("galat");
  if (trouble) trouble.focus();
})();
