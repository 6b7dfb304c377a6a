// The three journeys, each in a browser: a clerk makes a letter, a checker passes it on, the head signs it on a
// phone, a citizen checks it; and every page on the way without a flaw that axe-core knows, on a phone and a desk.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desk, enter, openBrowser, openOffice, openWindow, phone, read, sound, visit } from './kit.mjs';

let office, browser, pin;
before(async () => {
  office = await openOffice();
  browser = await openBrowser();
  pin = read(join(office.office, 'keys/kepala.sandi')).trim();
});
after(async () => { await browser?.close(); await office?.close(); });

const signIn = (page, who) => enter(office, page, who);
const register = () => JSON.parse(office.naskah('register', 'export', '--json'));

test('a citizen learns what a letter is worth, on a phone and a desk, in light and dark', async () => {
  const letters = register();
  const code = (status, kind) => letters.find((row) => row.status === status && (!kind || row.jenis === kind)).id;
  const answers = [
    ['SAH', code('issued', 'rekomendasi-video-dokumenter'), 'hasil-sah'],
    ['SAH', code('issued', 'surat-perintah-tugas'), 'hasil-sah-tertutup'],
    ['DIRALAT', code('superseded'), 'hasil-diralat'],
    ['DICABUT', code('revoked'), 'hasil-dicabut'],
    ['TIDAK TERDAFTAR', 'K7QM4XTR9HBD2WNC5F8JV3PY6C', 'hasil-tidak-terdaftar'],
  ];
  for (const [size, colors, suffix] of [[desk, 'light', 'meja'], [phone, 'light', 'ponsel'], [phone, 'dark', 'ponsel-gelap']]) {
    const page = await openWindow(browser, office, { viewport: size, colorScheme: colors });
    await visit(page, '/periksa', `periksa-${suffix}`);
    for (const [word, id, name] of answers) {
      await page.goto(`/v/${id}`);
      assert.match(await page.textContent('h1'), new RegExp(word));
      await sound(page, `${name}-${suffix}`);
    }
    for (const address of ['/cara-kerja', '/data-pribadi', '/masuk']) await visit(page, address, `${address.slice(1)}-${suffix}`);
    await visit(page, '/tidak-ada', `galat-404-${suffix}`, 404);
    await page.context().close();
  }
});

test('a code is typed and a file is sent without any script', async () => {
  const letter = register().find((row) => row.status === 'issued' && row.jenis === 'rekomendasi-video-dokumenter');
  const page = await openWindow(browser, office, { javaScriptEnabled: false, viewport: phone });
  await page.goto('/periksa');
  await page.fill('[name=kode]', letter.id.toLowerCase().replace(/(.{4})/g, '$1-'));
  await page.press('[name=kode]', 'Enter');
  assert.match(await page.textContent('h1'), /SAH/);
  await page.goto('/periksa');
  await page.fill('[name=kode]', 'BUKAN KODE');
  await page.press('[name=kode]', 'Enter');
  assert.equal(await page.locator('[aria-invalid=true]').count(), 1);

  const genuine = join(office.folder, 'asli.pdf'), altered = join(office.folder, 'ubahan.pdf');
  office.naskah('register', 'get', letter.nomor, '-o', genuine);
  const bytes = readFileSync(genuine);
  bytes[bytes.indexOf('/MediaBox') + 12] ^= 1;
  writeFileSync(altered, bytes);
  for (const [file, word] of [[genuine, /SAH/], [altered, /DIUBAH ISINYA/]]) {
    await page.goto('/periksa');
    await page.setInputFiles('[name=pdf]', file);
    await page.locator('form', { has: page.locator('[name=pdf]') }).locator('button').click();
    assert.match(await page.textContent('h1'), word);
  }
});

test('a letter goes from the clerk by the checker to the head, and anyone finds it genuine', async () => {
  const clerk = await signIn(await openWindow(browser, office), 'staf');
  await sound(clerk, 'surat-saya-meja');
  for (const word of [/Dicabut/, /Diralat/, /Dikembalikan/]) assert.match(await clerk.textContent('main'), word);
  await visit(clerk, '/surat/baru', 'surat-baru-meja');
  await clerk.goto('/surat/baru?jenis=surat-perintah-tugas');
  await sound(clerk, 'surat-mulai-meja');
  if (!/\/surat\/[0-9A-Z]{26}$/.test(new URL(clerk.url()).pathname)) await clerk.locator('main form button').first().click();
  await clerk.waitForURL(/\/surat\/[0-9A-Z]{26}/);
  await sound(clerk, 'surat-sunting-kosong-meja');
  const draft = new URL(clerk.url()).pathname;

  // Everything is wrong at once: nothing is sent, and each problem leads to its field.
  await clerk.locator('button', { hasText: 'Kirim untuk diperiksa' }).first().click();
  await clerk.waitForLoadState();
  assert.ok(await clerk.locator('[role=alert] a, [role=alert] li').count() > 0);
  await sound(clerk, 'surat-sunting-galat-meja');

  const values = {
    jenis: 'rutin', 'dasar[0]': 'Jadwal Inspeksi Lapangan Rutin Contoh', 'petugas[0].nama': 'Ratna Contoh Dewangga, S.H., M.H.',
    'petugas[0].jabatan': 'Analis Kebijakan Ahli Madya', 'pelaku_usaha.nama': 'PT Contoh Peramban <b>Jaya</b>',
    'pelaku_usaha.lokasi': 'Kecamatan Contoh, Kota Samarinda', lapor_hari_kerja: '5', sumber_biaya: 'DPA Dinas Contoh',
  };
  const days = JSON.parse(office.naskah('template', 'example', 'surat-perintah-tugas')).pelaksanaan;
  values['pelaksanaan.mulai'] = days.mulai;
  values['pelaksanaan.selesai'] = days.selesai;
  await clerk.goto(draft);
  await clerk.$$eval('details', (sections) => sections.forEach((section) => { section.open = true; }));
  for (const [name, value] of Object.entries(values)) {
    const field = clerk.locator(`[name="${name}"]`).first();
    if (await field.evaluate((node) => node.tagName) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
  await clerk.waitForFunction(() => /Tersimpan/.test(document.body.innerText));
  await clerk.waitForTimeout(700);  // the last key's save
  await sound(clerk, 'surat-sunting-meja');
  await clerk.reload();
  assert.equal(await clerk.inputValue('[name="pelaku_usaha.nama"]'), values['pelaku_usaha.nama']);
  const checkers = clerk.locator('select[name=":pemeriksa"]');
  if (await checkers.count()) await checkers.selectOption({ index: (await checkers.locator('option').count()) - 1 });
  const username = await checkers.inputValue();
  await clerk.locator('button', { hasText: 'Kirim untuk diperiksa' }).first().click();
  await clerk.waitForLoadState();
  await clerk.goto(draft);
  assert.match(await clerk.textContent('main'), /Diperiksa/);

  const checker = await signIn(await openWindow(browser, office), username);
  await sound(checker, 'pemeriksaan-daftar-meja');
  await checker.locator('a', { hasText: 'PT Contoh Peramban' }).first().click();
  await sound(checker, 'pemeriksaan-meja');
  await checker.selectOption('[name=kepada]', 'penanda-tangan');
  await checker.locator('button', { hasText: 'Paraf dan teruskan' }).click();
  await checker.waitForLoadState();

  const head = await signIn(await openWindow(browser, office, { viewport: phone }), 'kadis');
  await sound(head, 'antrean-ponsel');
  await head.locator('a', { hasText: 'PT Contoh Peramban' }).first().click();
  await sound(head, 'antrean-baca-ponsel');
  await head.goto('/antrean');
  for (const box of await head.locator('[name=pilih]').all()) await box.check();
  await sound(head, 'antrean-dipilih-ponsel');
  await head.locator('.bar .btn-main').click();
  await sound(head, 'tanda-tangan-ponsel');
  await head.fill('[name=pin]', '000000');
  await head.locator('main .btn-main').click();
  await head.waitForLoadState();
  assert.ok(await head.locator('[name=pin]').count() === 1, 'a wrong PIN asks again');
  await sound(head, 'tanda-tangan-pin-salah-ponsel');
  await head.fill('[name=pin]', pin);
  await head.locator('main .btn-main').click();
  await head.waitForURL(/\/tanda-tangan\/[0-9A-Z]+/);
  await head.waitForFunction(() => !document.querySelector('progress') || /selesai|ditandatangani/i.test(document.querySelector('h1').innerText), null, { timeout: 60000 });
  for (let i = 0; i < 60 && await head.locator('progress, .meter').count(); ++i) { await head.waitForTimeout(500); await head.reload(); }
  await sound(head, 'tanda-tangan-hasil-ponsel');

  const issued = register().find((row) => row.hal.includes('PT Contoh Peramban'));
  assert.equal(issued.status, 'issued');
  const citizen = await openWindow(browser, office, { viewport: phone });
  await citizen.goto(`/v/${issued.id}`);
  assert.match(await citizen.textContent('h1'), /SAH/);
  assert.match(await citizen.textContent('main'), /PT Contoh Peramban <b>Jaya<\/b>/);
  office.naskah('register', 'check');
});

test('the register is read, searched and kept', async () => {
  const keeper = await signIn(await openWindow(browser, office), 'tata-usaha');
  await sound(keeper, 'agenda-meja');
  const issued = register().find((row) => row.status === 'issued');
  for (const part of ['', '/kirim', '/koreksi']) await visit(keeper, `/agenda/${issued.id}${part}`, `agenda-surat${part.replace('/', '-')}-meja`);
  const small = await keeper.context().newPage();
  small.complaints = [];
  await small.setViewportSize(phone);
  await visit(small, '/agenda', 'agenda-ponsel');
  for (const kind of ['csv', 'xlsx']) {
    const answer = await keeper.request.get(`/agenda/ekspor.${kind}`);
    assert.equal(answer.status(), 200);
    assert.ok((await answer.body()).length > 500);
  }
});

test('the admin keeps accounts and reads the log, and no letters', async () => {
  const admin = await signIn(await openWindow(browser, office), 'admin');
  await sound(admin, 'pengaturan-meja');
  for (const address of ['/pengaturan/pengguna', '/pengaturan/pengguna/baru', '/pengaturan/pengguna/staf', '/log', '/akun'])
    await visit(admin, address, `${address.slice(1).replaceAll('/', '-')}-meja`);
  assert.equal((await admin.goto('/agenda')).status(), 403);
});

test("the admin changes the office's data, officials, series and holidays, and is told of certificates", async () => {
  const admin = await signIn(await openWindow(browser, office), 'admin');
  for (const address of ['kantor', 'pejabat', 'pejabat/baru', 'pejabat/aturan/baru', 'seri', 'seri/baru', 'jenis/surat-perintah-tugas', 'sertifikat', 'libur'])
    await visit(admin, `/pengaturan/${address}`, `pengaturan-${address.replaceAll('/', '-')}-meja`);
  await admin.goto('/pengaturan/pejabat');
  await admin.locator('section[aria-labelledby=h-pejabat] h3 a').first().click();
  await sound(admin, 'pengaturan-pejabat-ubah-meja');
  await admin.goto('/pengaturan/seri');
  await admin.locator('a[href^="/pengaturan/seri/"]:not([href$="/baru"])').first().click();
  await sound(admin, 'pengaturan-seri-ubah-meja');

  const day = `${new Date().getFullYear() + 1}-12-28`;
  await admin.goto('/pengaturan/libur');
  await admin.fill('input[name=tanggal]', day);
  await admin.fill('[name=nama]', 'Hari Contoh <i>Peramban</i>');
  await admin.locator('main .btn-main').click();
  assert.match(await admin.textContent('main'), /Hari Contoh <i>Peramban<\/i>/);
  assert.ok(read(join(office.office, 'libur.json')).includes(day));
  await admin.fill('input[name=tanggal]', day);  // again: refused at its field, and nothing typed is lost
  await admin.fill('[name=nama]', 'Sekali lagi');
  await admin.locator('main .btn-main').click();
  assert.equal(await admin.inputValue('[name=nama]'), 'Sekali lagi');
  await sound(admin, 'pengaturan-libur-galat-meja');

  const small = await admin.context().newPage();
  small.complaints = [];
  await small.setViewportSize(phone);
  for (const address of ['kantor', 'pejabat', 'seri', 'sertifikat', 'libur'])
    await visit(small, `/pengaturan/${address}`, `pengaturan-${address}-ponsel`);
});

test('every page speaks English when asked', async () => {
  const page = await signIn(await openWindow(browser, office), 'staf');
  await page.goto('/bahasa/en?kembali=/surat');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await sound(page, 'surat-saya-english-meja');
  assert.doesNotMatch(await page.textContent('main h1'), /Surat saya/);
});
