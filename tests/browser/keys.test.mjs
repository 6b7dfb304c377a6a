// The head's page where the key is in a token (SoftHSM2 by its real module): it asks for what that key asks for, says
// how near the token is to locking itself, and signs.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enter, environment, openBrowser, openOffice, openWindow, phone, read, sound } from './kit.mjs';

const pin = '135790';
const [module] = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so'].filter(existsSync);
let office, browser;
const register = () => JSON.parse(office.naskah('register', 'export', '--json'));

before(async () => {
  office = await openOffice();
  await office.stop();
  const here = (name) => join(office.folder, name);
  mkdirSync(here('tokens'));
  writeFileSync(here('softhsm2.conf'), `directories.tokendir = ${here('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  environment.SOFTHSM2_CONF = here('softhsm2.conf');
  const run = (command, ...args) => execFileSync(command, args, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  const keys = join(office.office, 'keys');
  const from = ['pkcs12', '-in', join(keys, 'kepala.p12'), '-passin', `file:${join(keys, 'kepala.sandi')}`];
  run('openssl', ...from, '-nocerts', '-nodes', '-out', here('kunci.pem'));
  run('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', here('kunci.pem'), '-out', here('kunci.p8'));
  run('openssl', ...from, '-nokeys', '-out', join(keys, 'kepala.crt'));
  run('softhsm2-util', '--init-token', '--free', '--label', 'KEPALA', '--so-pin', '97531', '--pin', pin);
  run('softhsm2-util', '--import', here('kunci.p8'), '--token', 'KEPALA', '--label', 'tte', '--id', '01', '--pin', pin);
  for (const file of [join(keys, 'kepala.p12'), join(keys, 'kepala.sandi'), here('kunci.pem'), here('kunci.p8')]) rmSync(file);
  const place = join(office.office, 'office.json');
  const settings = JSON.parse(read(place));
  settings.kunci = { token: { jenis: 'pkcs11', modul: module, token: 'KEPALA', sertifikat: 'keys/kepala.crt' } };
  settings.pejabat.find((official) => official.kunci === 'keys/kepala.p12').kunci = 'token';
  writeFileSync(place, JSON.stringify(settings, null, 2));
  await office.start();
  browser = await openBrowser();
});
after(async () => { await browser?.close(); await office?.close(); });

test('the head signs with the PIN of a token, on a phone; a wrong one changes nothing', async () => {
  const issued = () => register().filter((row) => row.status === 'issued').length;
  const earlier = issued();
  const head = await enter(office, await openWindow(browser, office, { viewport: phone }), 'kadis');
  await head.goto('/antrean');
  const boxes = await head.locator('[name=pilih]').all();
  assert.ok(boxes.length > 0);
  for (const box of boxes) await box.check();
  await head.locator('.bar .btn-main').click();
  assert.match(await head.textContent('main'), /PIN token/);
  assert.doesNotMatch(await head.textContent('main'), /kepala.sandi/);
  await sound(head, 'tanda-tangan-token-ponsel');
  await head.fill('[name=pin]', '000000');
  await head.locator('main .btn-main').click();
  await head.waitForLoadState();
  assert.match(await head.textContent('main'), /PIN token: salah/);
  assert.ok(!(await head.content()).includes('000000'));
  await sound(head, 'tanda-tangan-token-salah-ponsel');
  assert.equal(issued(), earlier);
  await head.fill('[name=pin]', pin);
  await head.locator('main .btn-main').click();
  await head.waitForURL(/\/tanda-tangan\/[0-9A-Z]+/);
  for (let i = 0; i < 120 && await head.locator('progress, .meter').count(); ++i) { await head.waitForTimeout(500); await head.reload(); }
  await sound(head, 'tanda-tangan-token-hasil-ponsel');
  assert.equal(issued(), earlier + boxes.length);
  const last = register().filter((row) => row.status === 'issued').at(-1);
  const citizen = await openWindow(browser, office, { viewport: phone });
  await citizen.goto(`/v/${last.id}`);
  assert.match(await citizen.textContent('h1'), /SAH/);
  office.naskah('register', 'check');
});
