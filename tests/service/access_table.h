// Who may ask what: one line for each route, in words. A route that is not here fails the test, and so does a
// line whose route is gone: whoever adds a route says here whom it is for.
//   "anyone"     without an account too
//   "signed in"  whoever has signed in, whatever their roles
//   "watchers"   programs of whoever runs the service; not there for others
//   roles        any of them: "staf", "pemeriksa", "kadis", "tata-usaha", "admin"
#pragma once

#include <string>
#include <vector>

namespace naskah::test {

struct MayAsk {
    const char *method, *pattern, *who;
};

inline const std::vector<MayAsk>& access_table() {
    static const std::vector<MayAsk> table = {
        // The public.
        {"GET", "/", "anyone"},
        {"GET", "/periksa", "anyone"},
        {"GET", "/periksa/kode", "anyone"},
        {"GET", "/periksa/alamat", "anyone"},
        {"GET", "/periksa/berkas", "anyone"},
        {"POST", "/periksa/kode", "anyone"},
        {"POST", "/periksa/alamat", "anyone"},
        {"POST", "/periksa/berkas", "anyone"},
        {"GET", "/v/{kode}", "anyone"},
        {"GET", "/v/{kode}/halaman-1.png", "anyone"},
        {"GET", "/v/{kode}/surat.pdf", "anyone"},
        {"GET", "/cara-kerja", "anyone"},
        {"GET", "/data-pribadi", "anyone"},
        {"GET", "/bahasa/{bahasa}", "anyone"},
        // Signing in, and one's own account.
        {"GET", "/masuk", "anyone"},
        {"POST", "/masuk", "anyone"},
        {"GET", "/masuk/kode", "anyone"},
        {"POST", "/masuk/kode", "anyone"},
        {"POST", "/keluar", "anyone"},
        {"GET", "/beranda", "signed in"},
        {"GET", "/akun", "signed in"},
        {"GET", "/akun/sandi", "signed in"},
        {"POST", "/akun/sandi", "signed in"},
        {"GET", "/akun/ponsel", "signed in"},
        {"POST", "/akun/ponsel", "signed in"},
        {"POST", "/akun/ponsel/mulai", "signed in"},
        {"POST", "/akun/ponsel/cadangan", "signed in"},
        {"POST", "/akun/ponsel/lepas", "signed in"},
        {"POST", "/akun/sesi/tutup", "signed in"},
        {"GET", "/akun/token", "signed in"},
        {"POST", "/akun/token", "signed in"},
        {"POST", "/akun/token/{id}/cabut", "signed in"},
        // Admin: accounts and the log.
        {"GET", "/pengaturan", "admin"},
        {"GET", "/pengaturan/pengguna", "admin"},
        {"GET", "/pengaturan/pengguna/baru", "admin"},
        {"POST", "/pengaturan/pengguna/baru", "admin"},
        {"GET", "/pengaturan/pengguna/{nama}", "admin"},
        {"POST", "/pengaturan/pengguna/{nama}", "admin"},
        {"POST", "/pengaturan/pengguna/{nama}/matikan", "admin"},
        {"POST", "/pengaturan/pengguna/{nama}/hidupkan", "admin"},
        {"POST", "/pengaturan/pengguna/{nama}/sandi", "admin"},
        {"POST", "/pengaturan/pengguna/{nama}/ponsel", "admin"},
        {"GET", "/log", "admin"},
        {"POST", "/log/periksa", "admin"},
        // The clerk's letters; whoever handles letters may read them.
        {"GET", "/surat", "staf"},
        {"GET", "/surat/baru", "staf"},
        {"POST", "/surat/baru", "staf"},
        {"GET", "/surat/{id}", "staf pemeriksa kadis tata-usaha"},
        {"POST", "/surat/{id}/simpan", "staf"},
        {"POST", "/surat/{id}/unggah", "staf"},
        {"POST", "/surat/{id}/bandingkan", "staf"},
        {"POST", "/surat/{id}/gabung", "staf"},
        {"POST", "/surat/{id}/kirim", "staf"},
        {"POST", "/surat/{id}/tarik", "staf"},
        {"GET", "/surat/{id}/buang", "staf"},
        {"POST", "/surat/{id}/buang", "staf"},
        {"GET", "/surat/{id}/pratinjau", "staf"},
        {"GET", "/surat/{id}/halaman/{nomor}", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/surat/{id}/konsep.pdf", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/surat/{id}/surat.pdf", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/surat/{id}/gambar", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/surat/{id}/penanda", "staf"},
        // The buku agenda: read by whoever handles letters, kept by tata usaha.
        {"GET", "/agenda", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/ekspor.csv", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/ekspor.xlsx", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/{id}", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/{id}/halaman-1.png", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/{id}/surat.pdf", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/agenda/{id}/batal", "tata-usaha"},
        {"POST", "/agenda/{id}/batal", "tata-usaha"},
        {"GET", "/agenda/{id}/kirim", "tata-usaha"},
        {"POST", "/agenda/{id}/kirim", "tata-usaha"},
        {"GET", "/agenda/{id}/koreksi", "tata-usaha"},
        {"POST", "/agenda/{id}/koreksi", "tata-usaha"},
        // The checker and the head.
        {"GET", "/pemeriksaan", "pemeriksa"},
        {"GET", "/pemeriksaan/{id}", "pemeriksa"},
        {"GET", "/pemeriksaan/{id}/halaman/{n}", "pemeriksa"},
        {"POST", "/pemeriksaan/{id}/paraf", "pemeriksa"},
        {"POST", "/pemeriksaan/{id}/kembalikan", "pemeriksa"},
        {"GET", "/antrean", "kadis"},
        {"GET", "/antrean/{id}", "kadis"},
        {"GET", "/antrean/{id}/halaman/{n}", "kadis"},
        {"POST", "/antrean/{id}/kembalikan", "kadis"},
        {"GET", "/tanda-tangan", "kadis"},
        {"POST", "/tanda-tangan", "kadis"},
        {"GET", "/tanda-tangan/mulai", "kadis"},
        {"POST", "/tanda-tangan/mulai", "kadis"},
        {"GET", "/tanda-tangan/{putaran}", "kadis"},
        {"POST", "/tanda-tangan/{putaran}/lanjut", "kadis"},
        {"POST", "/tanda-tangan/{putaran}/lepas", "kadis"},
        // Programs.
        {"GET", "/api/v1/whoami", "signed in"},
        {"GET", "/api/v1/kinds", "signed in"},
        {"GET", "/api/v1/kinds/{kind}", "signed in"},
        {"GET", "/api/v1/kinds/{kind}/schema", "signed in"},
        {"GET", "/api/v1/kinds/{kind}/example", "signed in"},
        {"GET", "/api/v1/letters", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/letters/{id}", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/letters/{id}/pdf", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/drafts", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/drafts/{id}", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/drafts/{id}/pdf", "staf pemeriksa kadis tata-usaha"},
        {"GET", "/api/v1/drafts/{id}/steps", "staf pemeriksa kadis tata-usaha"},
        {"POST", "/api/v1/drafts", "staf"},
        {"PUT", "/api/v1/drafts/{id}", "staf"},
        {"POST", "/api/v1/drafts/{id}/send", "staf"},
        {"POST", "/api/v1/drafts/{id}/withdraw", "staf"},
        {"POST", "/api/v1/drafts/{id}/discard", "staf"},
        {"POST", "/api/v1/drafts/{id}/approve", "pemeriksa"},
        {"POST", "/api/v1/drafts/{id}/return", "pemeriksa kadis"},
        {"POST", "/api/v1/rounds", "kadis"},
        {"GET", "/api/v1/rounds/{id}", "kadis"},
        {"GET", "/api/v1/register/{code}", "anyone"},
        {"POST", "/api/v1/verify", "anyone"},
        // Whoever runs the service.
        {"GET", "/healthz", "anyone"},
        {"GET", "/metrics", "watchers"},
    };
    return table;
}

}  // namespace naskah::test
