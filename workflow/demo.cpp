#include "workflow/demo.h"

#include <algorithm>

#include "storage/rounds.h"

namespace naskah::workflow {

namespace {

constexpr const char* spt = "surat-perintah-tugas";
constexpr const char* bap = "berita-acara-pemeriksaan";
constexpr const char* video = "rekomendasi-video-dokumenter";
constexpr const char* revocation = "sk-pencabutan";

class Demo {
public:
    Demo(Desk& desk, Random& random, const Directory& people, const Clock& clock)
        : desk_(desk), drafting_(desk, random, people), clock_(clock) {
        for (const Person& person : people()) {
            if (person.is(Role::staf) && clerk_.username.empty()) clerk_ = person;
            if (person.is(Role::pemeriksa) && checker_.username.empty()) checker_ = person;
            if (person.is(Role::kadis) && head_.username.empty()) head_ = person;
        }
        if (clerk_.username.empty() || checker_.username.empty() || head_.username.empty())
            throw Error(Code::data, "kantor contoh ini tidak punya akun staf, pemeriksa, dan kadis", "",
                        "Buat kantor contoh baru dengan naskah init --demo.");
    }

    void fill() {
        // In the hands of the clerk: just begun, and come back.
        Json begun = example(spt);
        begun["petugas"].erase(begun["petugas"].begin() + 2, begun["petugas"].end());
        begun["pelaku_usaha"]["nama"] = "PT Contoh Ulin Perkasa";
        begun["pelaku_usaha"].erase("lokasi");
        begun.erase("sumber_biaya");
        write(spt, begun);
        const storage::Draft back = sent(spt, company("PT Contoh Rotan Asri"), "Mohon diperiksa.");
        drafting_.send_back(checker_, back.id, back.version,
                            "Jabatan petugas kedua belum sesuai daftar pegawai; lokasi belum menyebut "
                            "kecamatan.",
                            now());

        // On the checker's desk.
        sent(bap, example(bap), "Foto sudah dilampirkan.");
        sent(spt, company("CV Contoh Borneo Jaya"), "");

        // Before the head.
        approved(spt, company("PT Contoh Enggang Niaga"));
        approved(video, film("Musim Panen"));
        approved(video, film("Perahu Terakhir"));
        Json licence = example(revocation);  // another than the one that `naskah issue` revokes in the tour
        licence["izin"]["nomor"] = "81200046173059999";
        approved(revocation, licence);

        // Issued, and what became of it.
        issued(approved(spt, company("PT Contoh Sagara Banua")));
        issued(approved(video, film("Sungai yang Bercerita")));
        const storage::Letter first = issued(approved(video, film("Hulu Mahakam")));
        const storage::Letter second = issued(approved(video, film("Hulu Mahakam, edisi kedua")));
        const storage::Letter third = issued(approved(video, film("Pasar Terapung")));
        desk_.letters().withdraw(first.id, storage::Status::superseded, second.id,
                                 "judul dan masa pengambilan gambar diperbaiki", now(), "cli");
        desk_.letters().withdraw(third.id, storage::Status::revoked, second.id,
                                 "kegiatan dibatalkan oleh pemohon", now(), "cli");
        voided(third);
    }

private:
    Instant now() const { return clock_.now(); }
    Json example(const char* kind) const {
        return example_of(desk_.templates(), kind, desk_.office().root(), clock_);
    }
    Json company(const char* name) const {
        Json data = example(spt);
        data["pelaku_usaha"]["nama"] = name;
        data["pelaku_usaha"].erase("nib");
        return data;
    }
    Json film(const char* title) const {
        Json data = example(video);
        data["video"]["judul"] = title;
        return data;
    }

    storage::Draft write(const char* kind, const Json& data) {
        return drafting_.create(clerk_, kind, data, now());
    }
    storage::Draft sent(const char* kind, const Json& data, const char* note) {
        const storage::Draft draft = write(kind, data);
        return drafting_.send(clerk_, draft.id, draft.revision, checker_.username, note, now());
    }
    storage::Draft approved(const char* kind, const Json& data) {
        const storage::Draft draft = sent(kind, data, "");
        return drafting_.approve(checker_, draft.id, draft.version, "", "", now());
    }
    storage::Letter issued(const storage::Draft& draft) {
        Request request{.kind = draft.kind,
                        .data = draft.data,
                        .key = draft.key(),
                        .series = {},
                        .actor = head_.username,
                        .images = desk_.office().root()};
        const storage::Letter letter = desk_.issue(request).letter;
        storage::Rounds(desk_.office().open_database()).take_over_issued(now());
        return letter;
    }
    // A number that was taken and could not be used.
    void voided(const storage::Letter& like) {
        storage::NewLetter letter;
        letter.id = make_letter_id(system_random());
        letter.kind = like.kind;
        letter.series = like.series;
        letter.pattern =
            desk_.office().series_of(desk_.templates().get(like.kind)->about(), like.kind, "").pattern;
        letter.parts = like.parts;
        letter.date = like.date;
        letter.subject = "Rekomendasi pembuatan video dokumenter “Salah Judul”";
        letter.data = like.data;
        letter.snapshot = like.snapshot;
        letter.actor = head_.username;
        const storage::Letter taken = desk_.letters().reserve(letter, now()).letter;
        desk_.letters().make_void(taken.id, "pemohon menarik permohonannya sebelum surat ditandatangani",
                                  now(), "cli");
    }

    Desk& desk_;
    Drafting drafting_;
    const Clock& clock_;
    Person clerk_, checker_, head_;
};

}  // namespace

void fill_demo(Desk& desk, Random& random, const Directory& people, const Clock& clock) {
    if (!desk.office().demo())
        throw Error(Code::forbidden, "hanya kantor contoh yang diisi surat contoh",
                    desk.office().root().string(), "Buat kantor contoh dengan naskah init --demo.");
    Demo(desk, random, people, clock).fill();
}

}  // namespace naskah::workflow
