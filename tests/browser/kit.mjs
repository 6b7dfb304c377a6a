// What the browser tests share: a demo office served by the real command, Debian's Chromium, people who sign
// in, and the eyes of axe-core.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import axeBuilder from '@axe-core/playwright';

const { AxeBuilder } = axeBuilder.AxeBuilder ? axeBuilder : { AxeBuilder: axeBuilder.default ?? axeBuilder };
export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
export const command = process.env.NASKAH_COMMAND ?? join(root, 'build/bin/naskah');
// Of every command that runs here; a test may add to it.
export const environment = {
  ...process.env,
  NASKAH_TEMPLATES: process.env.NASKAH_TEMPLATES ?? join(root, 'templates'),
};

export const desk = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

export function naskah(...args) {
  return execFileSync(command, args, { env: environment, encoding: 'utf8' });
}

// A demo office of its own with letters in every state, served until close().
export async function openOffice({ filled = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'naskah-peramban-'));
  const office = join(folder, 'kantor');
  naskah('init', office, '--demo');
  if (filled) naskah('demo', '--office', office);
  let server, address;
  const start = async () => {
    server = spawn(command, ['serve', '--office', office, '--listen', '127.0.0.1:0'],
      { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    address = await new Promise((found, failed) => {
      let said = '';
      server.stdout.on('data', (piece) => {
        said += piece;
        const match = said.match(/http:\/\/[0-9.]+:\d+/);
        if (match) found(match[0]);
      });
      server.on('exit', (code) => failed(new Error(`naskah serve ended with ${code}`)));
    });
  };
  const stop = (signal = 'SIGTERM') => new Promise((ended) => {
    if (server.exitCode !== null || server.signalCode !== null) return ended();
    server.removeAllListeners('exit');
    server.on('exit', ended);
    server.kill(signal);
  });
  await start();
  return {
    folder, office, start, stop,
    get address() { return address; },
    naskah: (...args) => naskah(...args, '--office', office),
    async close() { await stop(); rmSync(folder, { recursive: true, force: true }); },
  };
}

// `camera`: its own picture in place of a lens, allowed without asking; `more` adds to the command line.
export async function openBrowser(more = [], camera = true) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      ...(camera ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] : []), ...more],
  });
}

// A window that fails the test when a page breaks the content security policy, throws, or asks another host.
export async function openWindow(browser, office, options = {}) {
  const context = await browser.newContext({ viewport: desk, locale: 'id-ID', baseURL: office.address, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => { if (message.type() === 'error' && !/status of [45]\d\d/.test(message.text())) page.complaints.push(message.text()); });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(office.address) && !/^(data|blob|about):/.test(url)) page.complaints.push(`asked ${url}`);
  });
  return page;
}

// Everything that axe-core finds, by rule and place; WCAG 2.2 A and AA and its good practices.
export async function flaws(page) {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} (${rule.help})`));
}

// Nothing of a page may stand outside of the window's width.
export async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

// With NASKAH_PICTURES=FOLDER each page that a test looks at is kept as a picture.
export async function keep(page, name, full = true) {
  const folder = process.env.NASKAH_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: full });
}

export const read = (file) => readFileSync(file, 'utf8');

// Signs in as one of the demo's accounts.
export async function enter(office, page, who) {
  const password = read(join(office.office, 'akun-contoh.txt')).match(/sandi\s+(\S+)/)[1];
  await page.goto('/masuk');
  await page.fill('[name=nama]', who);
  await page.fill('[name=sandi]', password);
  await page.click('main .btn-main');
  if (page.url().includes('/masuk/kode')) {
    await page.fill('[name=kode]', office.naskah('user', 'code', who).trim());
    await page.click('main .btn-main');
  }
  assert.ok(!page.url().includes('/masuk'), `${who} stands at ${page.url()}`);
  return page;
}

// What every page owes to whoever reads it.
export async function sound(page, name) {
  assert.deepEqual(await flaws(page), [], name);
  assert.ok(await overflow(page) <= 0, `${name} is wider than its window`);
  assert.deepEqual(page.complaints.splice(0), [], name);
  await keep(page, name);
}

export async function visit(page, address, name, status = 200) {
  const response = await page.goto(address);
  assert.equal(response.status(), status, address);
  await sound(page, name);
}
