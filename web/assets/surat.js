// The clerk's form: what htmx alone does not do. Without this file the form works by its buttons.
(() => {
  'use strict';
  const form = document.getElementById('formulir');
  if (!form || !window.htmx) return;
  const notices = document.getElementById('pemberitahuan');
  const status = document.getElementById('tersimpan');
  let unsaved = false;
  let retry = 0;

  // The old page stays in sight until the new one is drawn.
  const showPicture = () => {
    const data = document.getElementById('data-pratinjau');
    const old = document.getElementById('gambar-pratinjau');
    if (!data || !old || old.getAttribute('src') === data.dataset.gambar) return;
    const wanted = data.dataset.gambar;
    const next = new Image();
    next.src = wanted;
    next.decode().catch(() => {}).then(() => {
      const now = document.getElementById('data-pratinjau');
      const picture = document.getElementById('gambar-pratinjau');
      if (!now || !picture || now.dataset.gambar !== wanted) return;
      picture.src = wanted;
      picture.alt = now.dataset.alt;
      performance.mark('pratinjau');
    });
  };

  // What the eye sees of an error, assistive technology is told too.
  const markInvalid = () => {
    for (const place of form.querySelectorAll('.galat')) {
      const field = place.closest('.field');
      const input = field && field.querySelector('.input, [type=checkbox]');
      if (!input) continue;
      const wrong = place.childElementCount > 0;
      field.classList.toggle('field-error', wrong);
      if (wrong) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    }
  };

  const tell = (name) => {
    const template = document.getElementById(name);
    if (!template || notices.dataset.kini === name) return;
    notices.dataset.kini = name;
    notices.replaceChildren(template.content.cloneNode(true));
    if (status) status.textContent = '';
  };

  const save = () => { clearTimeout(retry); window.htmx.trigger(form, 'input'); };

  // After signing in again, in another tab, this form must send back another token.
  const renew = async () => {
    const asked = await fetch(document.getElementById('penyunting').dataset.penanda, { credentials: 'same-origin' });
    if (!asked.ok) return;
    const { csrf } = await asked.json();
    for (const input of document.querySelectorAll('input[name=csrf]')) input.value = csrf;
  };

  // These send themselves as soon as they change: a save of the rest would only wipe what they were told.
  form.addEventListener('input', (event) => {
    if (event.target.type === 'file' || event.target.name?.startsWith('orang:')) event.stopPropagation();
    else unsaved = true;
  }, true);
  form.addEventListener('submit', () => { unsaved = false; });
  addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });

  document.body.addEventListener('htmx:beforeRequest', (event) => {
    // What changes from now on is not in what is sent.
    if (form.contains(event.target)) unsaved = false;
  });
  document.body.addEventListener('htmx:afterRequest', (event) => {
    if (!form.contains(event.target)) return;
    if (event.detail.successful) { delete notices.dataset.kini; return; }
    unsaved = true;
  });
  document.body.addEventListener('htmx:responseError', (event) => {
    const code = event.detail.xhr.status;
    if (code === 401 || code === 403) tell('pesan-sesi');
    else if (code === 413) tell('pesan-besar');
    else if (code === 502 || code === 503 || code === 504) { tell('pesan-putus'); clearTimeout(retry); retry = setTimeout(save, 5000); }
    else tell('pesan-galat');
  });
  document.body.addEventListener('htmx:sendError', () => { tell('pesan-putus'); clearTimeout(retry); retry = setTimeout(save, 5000); });
  document.body.addEventListener('htmx:afterSettle', () => { showPicture(); markInvalid(); });

  document.addEventListener('click', async (event) => {
    if (!event.target.closest('[data-coba-lagi]')) return;
    await renew().catch(() => {});
    save();
  });

  // A section that was closed stays so when the form comes anew, but for the one where something happened.
  let closed = [];
  document.body.addEventListener('htmx:beforeSwap', (event) => {
    if (event.detail.target.id === 'lembar') closed = [...form.querySelectorAll('details.bagian:not([open])')].map((one) => one.id);
  });
  document.body.addEventListener('htmx:afterSettle', () => {
    for (const id of closed) {
      const section = document.getElementById(id);
      if (section && !section.contains(document.activeElement) && !section.querySelector('.error')) section.open = false;
    }
    closed = [];
  });

  // A link to a field in a section that is closed opens it.
  const open = () => {
    const place = location.hash && document.getElementById(location.hash.slice(1));
    for (let at = place; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    if (place) { place.scrollIntoView(); if (place.matches('.input, [tabindex]')) place.focus({ preventScroll: true }); }
  };
  // On a phone the index would stand between the clerk and the form.
  const index = document.getElementById('indeks')?.closest('details');
  if (index && matchMedia('(max-width: 47.99rem)').matches) index.open = false;
  addEventListener('hashchange', open);
  open();
})();
