// The pages beside the journeys' way: of one's account, of second thoughts, of two windows, of a session that ended.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { desk, enter, openBrowser, openOffice, openWindow, phone, sound, visit } from './kit.mjs';

let office, browser;
before(async () => {
  office = await openOffice();
  browser = await openBrowser();
});
after(async () => { await browser?.close(); await office?.close(); });

const window = (who, options) => openWindow(browser, office, options).then((page) => enter(office, page, who));
const register = () => JSON.parse(office.naskah('register', 'export', '--json'));

test('whoever has an account sees to password, phone and tokens', async () => {
  for (const size of [desk, phone]) {
    const suffix = size === desk ? 'meja' : 'ponsel';
    const page = await window('staf', { viewport: size });
    for (const part of ['', '/sandi', '/ponsel', '/token']) await visit(page, `/akun${part}`, `akun${part.replace('/', '-')}-${suffix}`);
    await page.fill('[name=label]', 'program contoh <b>');
    await page.locator('main .btn-main').click();
    await sound(page, `akun-token-baru-${suffix}`);
    await page.context().close();
  }
  // Setting up a phone: the QR code, a wrong code at its field.
  const page = await window('staf');
  await page.goto('/akun/ponsel');
  await page.locator('main form button').first().click();
  await sound(page, 'akun-ponsel-pasang-meja');
  await page.fill('[name=kode]', '000000');
  await page.locator('main .btn-main').click();
  await sound(page, 'akun-ponsel-salah-meja');
});

test('two windows on one draft: the second is shown both and chooses', async () => {
  const [first, second] = [await window('staf'), await window('staf')];
  // Our scripts stay away, so that forms go as a browser sends them; axe-core still needs a page that can run it.
  for (const page of [first, second])
    await page.route(/\/aset\/.*\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await first.goto('/surat');
  await first.locator('.rows a', { hasText: 'PT Contoh Rotan Asri' }).first().click();
  await second.goto(first.url());
  const address = first.url();
  for (const [page, text] of [[first, 'DPA Contoh Satu'], [second, 'DPA Contoh Dua']]) {
    await page.fill('[name=sumber_biaya]', text);
    await page.locator('button', { hasText: 'Simpan dan tutup' }).click();
  }
  await sound(second, 'surat-bentrok-meja');
  assert.match(await second.textContent('main'), /DPA Contoh Satu/);
  assert.match(await second.textContent('main'), /DPA Contoh Dua/);
  // A draft that nobody needs any more.
  await first.goto(`${address}/buang`);
  await sound(first, 'surat-buang-meja');
  await first.locator('main .btn-bad').click();
  await first.goto('/surat?tahap=dibuang');
  await sound(first, 'surat-saya-dibuang-meja');
  assert.match(await first.textContent('main'), /PT Contoh Rotan Asri/);
});

test('a letter that was sent or issued is read by its author', async () => {
  const page = await window('staf');
  for (const [name, text] of [['diperiksa', 'CV Contoh Borneo Jaya'], ['terbit', 'Sungai yang Bercerita']]) {
    await page.goto('/surat');
    await page.locator('.rows a', { hasText: text }).first().click();
    await sound(page, `surat-baca-${name}-meja`);
  }
});

test('the keeper of the register notes what a later letter did to one', async () => {
  const page = await window('tata-usaha');
  const letters = register();
  const [old, later] = letters.filter((row) => row.status === 'issued' && row.jenis === 'rekomendasi-video-dokumenter');
  await page.goto(`/agenda/${old.id}/koreksi`);
  await page.locator('[name=sebagai]').first().check();
  await page.fill('[name=oleh]', later.nomor);
  await page.fill('[name=alasan]', 'judul keliru');
  await page.locator('main .btn-main').click();
  assert.match(await page.textContent('h1'), /\?|Yakin|Catat/);
  await sound(page, 'agenda-koreksi-yakin-meja');
});

test('the admin gives somebody an account, and sees the password once', async () => {
  const page = await window('admin');
  await page.goto('/pengaturan/pengguna/baru');
  await page.fill('[name=pengguna]', 'baru.contoh');
  await page.fill('[name=nama]', 'Arum Contoh Lestari');
  await page.locator('main .btn-main').click();  // no role yet
  await sound(page, 'pengguna-baru-galat-meja');
  await page.check('[name=peran][value=staf]');
  await page.locator('main .btn-main').click();
  await sound(page, 'pengguna-sandi-meja');
});

test('a code that leads elsewhere, a session that ended, an act that one may not do: each has its page', async () => {
  const page = await openWindow(browser, office, { viewport: phone });
  for (const [typed, name] of [['https://naskah-contoh.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6C', 'alamat-lain'], ['https://toko.example/promo', 'bukan-kode']]) {
    await page.goto('/periksa');
    await page.fill('[name=kode]', typed);
    await page.press('[name=kode]', 'Enter');
    await page.waitForLoadState();
    await sound(page, `${name}-ponsel`);
  }
  await visit(page, '/surat', 'galat-sesi-ponsel', 401);
  const head = await window('kadis', { viewport: phone });
  await visit(head, '/pengaturan', 'galat-403-ponsel', 403);
});
