// The camera: Chromium looks at a video of a QR code in place of a lens, and a photo is read in the browser.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser, openOffice, openWindow, phone } from './kit.mjs';

let office, letter;
before(async () => {
  office = await openOffice();
  letter = JSON.parse(office.naskah('register', 'export', '--json'))
    .find((row) => row.status === 'issued' && row.jenis === 'rekomendasi-video-dokumenter').id;
});
after(async () => office?.close());

// Rows of true (dark) and false, with the margin that readers want.
function qr(text) {
  const lines = execFileSync('/usr/bin/python3', ['-c',
    'import qrcode,sys\nq=qrcode.QRCode(border=4,error_correction=qrcode.constants.ERROR_CORRECT_Q)\n' +
    'q.add_data(sys.argv[1])\nq.make()\nfor row in q.get_matrix(): print("".join("#" if d else "." for d in row))', text],
    { encoding: 'utf8' });
  return lines.trim().split('\n').map((line) => [...line].map((c) => c === '#'));
}

// A video of one still picture, as a phone held before a letter sees it: grey paper, the code in the middle.
function video(name, text) {
  const [width, height, dark] = [640, 480, qr(text)];
  const scale = Math.floor(360 / dark.length), side = scale * dark.length;
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const light = Buffer.alloc(width * height, 190);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      light[(top + y) * width + left + x] = dark[Math.floor(y / scale)][Math.floor(x / scale)] ? 40 : 215;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, Buffer.alloc(width * height / 2, 128)]);
  const file = join(office.folder, name);
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`), frame, frame]));
  return file;
}

// The page that checks letters, in a browser whose camera sees that video; `sent` gathers what is posted.
async function withCamera(file, act) {
  const browser = await openBrowser([`--use-file-for-fake-video-capture=${file}`]);
  try {
    const page = await openWindow(browser, office, { viewport: phone, permissions: ['camera'] });
    const sent = [];
    page.on('request', (request) => { if (request.method() === 'POST') sent.push(new URL(request.url()).pathname); });
    await page.goto('/periksa');
    await act(page, sent);
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
  }
}

test('the camera reads the code of a letter and opens its result, without sending a picture', async () => {
  await withCamera(video('asli.y4m', `https://naskah.contoh.example/v/${letter}`), async (page, sent) => {
    await page.click('#buka-kamera');
    await page.waitForURL(`**/v/${letter}`);
    assert.match(await page.textContent('h1'), /SAH/);
    assert.deepEqual(sent, []);
  });
});

test('a code that leads to another site is called out, and its address is never opened', async () => {
  await withCamera(video('lain.y4m', `https://naskah-contoh.example/v/${letter}`), async (page, sent) => {
    await page.click('#buka-kamera');
    await page.waitForURL('**/periksa/alamat');
    assert.match(await page.textContent('h1'), /BUKAN SITUS KAMI/);
    assert.deepEqual(sent, ['/periksa/alamat']);
  });
});

test('a photo is read in the browser and not sent, whether it holds a code or not', async () => {
  await withCamera(video('kosong.y4m', 'https://naskah.contoh.example/'), async (page, sent) => {
    const empty = join(office.folder, 'tanpa-kode.png'), photo = join(office.folder, 'foto.png');
    await page.screenshot({ path: empty });
    const picture = await page.context().request.get(`/v/${letter}/halaman-1.png`);
    writeFileSync(photo, await picture.body());
    await page.setInputFiles('#foto-lokal', empty);
    await page.waitForFunction(() => /tidak terlihat/.test(document.getElementById('kabar-kamera').textContent));
    await page.setInputFiles('#foto-lokal', photo);
    await page.waitForURL(`**/v/${letter}`);
    assert.deepEqual(sent, []);
  });
});

test('a camera that is not allowed leaves the other ways, and says so', async () => {
  const browser = await openBrowser(['--deny-permission-prompts'], false);
  try {
    const page = await openWindow(browser, office, { viewport: phone });
    await page.goto('/periksa');
    await page.click('#buka-kamera');
    await page.waitForFunction(() => /tidak diizinkan/.test(document.getElementById('kabar-kamera').textContent));
    assert.equal(await page.isVisible('#bidik'), false);
    assert.equal(await page.isVisible('[name=kode]'), true);
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
  }
});
