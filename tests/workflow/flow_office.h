// A demo office in this process with its people, for tests of what they do to a letter together; and what
// every scenario must leave behind.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/file.h"
#include "core/text.h"
#include "tests/support/shell.h"
#include "tests/support/test_clock.h"
#include "workflow/drafting.h"
#include "workflow/signing_round.h"

namespace naskah::test {

// What `work` throws: "77 surat: what. remedy", or "".
inline std::string refused(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return {};
}

class FlowOffice {
public:
    // `real`: the keys ask for their secrets, as in an office that is no demo.
    explicit FlowOffice(bool real = false) : clock(system_clock().now()) {
        ::setenv("NASKAH_TEMPLATES", NASKAH_SOURCE_DIR "/templates", 0);
        // Keys take long to make: one office is made, and every test has a copy of it.
        static const Folder made;
        if (!fs::exists(made / "kantor")) workflow::make_office(made / "kantor", true, clock);
        fs::copy(made / "kantor", root(), fs::copy_options::recursive);
        pin = trim(slurp(root() / "keys/kepala.sandi"));
        seal = trim(slurp(root() / "keys/segel.sandi"));
        if (real) {
            Json settings = parse_json(slurp(root() / "office.json"), "office.json");
            settings["contoh"] = false;
            spit(root() / "office.json", dump_json(settings));
            fs::remove(root() / "keys/kepala.sandi");
            fs::remove(root() / "keys/segel.sandi");
        }
        desk = open_desk();
        everyone = {dimas, wulan, siti, hendra, ratna, plh, tatausaha, admin};
    }
    // Once the test has passed so far: the register and the drafts have no flaw.
    ~FlowOffice() {
        if (std::uncaught_exceptions() > 0) return;
        CHECK(desk->letters().check() == std::vector<Problem>{});
        CHECK(drafts().check() == std::vector<Problem>{});
    }

    fs::path root() const { return folder / "kantor"; }
    std::shared_ptr<workflow::Desk> open_desk() {
        return std::make_shared<workflow::Desk>(workflow::Office::open(root()), clock, system_random(),
                                                [](const std::string&) -> std::string {
                                                    throw Error(Code::usage, "tidak ada yang dapat ditanyai");
                                                });
    }
    storage::Drafts drafts() const { return storage::Drafts(desk->database()); }
    workflow::Drafting drafting() {
        return workflow::Drafting(*desk, system_random(), [this] { return everyone; });
    }
    std::unique_ptr<workflow::SigningRounds> rounds() {
        return std::make_unique<workflow::SigningRounds>([this] { return desk; }, clock, system_random());
    }
    workflow::Secrets secrets() const { return {pin, seal}; }
    Instant now() { return clock.now(); }

    Json example(const std::string& kind = "surat-perintah-tugas") {
        Json data = workflow::example_of(desk->templates(), kind, root(), clock);
        return data;
    }

    // A letter of dimas in that stage; signing and issued need a round.
    storage::Draft in_stage(storage::Stage stage, const std::string& kind = "surat-perintah-tugas") {
        using storage::Stage;
        auto acts = drafting();
        storage::Draft draft = acts.create(dimas, kind, example(kind), now());
        if (stage == Stage::concept_) return draft;
        if (stage == Stage::discarded) return acts.discard(dimas, draft.id, now());
        draft = acts.send(dimas, draft.id, draft.revision, "siti", "mohon diperiksa", now());
        if (stage == Stage::review) return draft;
        if (stage == Stage::returned)
            return acts.send_back(siti, draft.id, draft.version, "lokasi belum lengkap", now());
        draft = acts.approve(siti, draft.id, draft.version, "hendra", "", now());
        draft = acts.approve(hendra, draft.id, draft.version, "", "", now());
        if (stage == Stage::queue) return draft;
        if (stage == Stage::signing) {
            storage::Rounds(desk->database())
                .start(
                    make_letter_id(system_random()), ratna.username, {{draft.id, draft.version}},
                    [](const storage::Draft&) {}, now());
        } else {
            auto round = rounds();
            round->start(ratna, {{draft.id, draft.version}}, secrets(), now());
            round->wait();
        }
        return drafts().find(draft.id).value();
    }

    using Role = workflow::Role;
    const workflow::Person dimas{"dimas", "Dimas Contoh", "Staf", "", {Role::staf}};
    const workflow::Person wulan{"wulan", "Wulan Contoh", "Staf", "", {Role::staf, Role::pemeriksa}};
    const workflow::Person siti{"siti", "Siti Contoh", "Kepala Seksi", "", {Role::pemeriksa}};
    const workflow::Person hendra{"hendra", "Hendra Contoh", "Kepala Bidang", "", {Role::pemeriksa}};
    const workflow::Person ratna{"ratna", "Ratna Contoh", "Kepala Dinas", "kepala", {Role::kadis}};
    const workflow::Person plh{"plh", "Maharani Contoh", "Sekretaris", "sekretaris", {Role::kadis}};
    const workflow::Person tatausaha{"tatausaha", "Tutik Contoh", "Tata Usaha", "", {Role::tata_usaha}};
    const workflow::Person admin{"admin", "Adi Contoh", "Admin", "", {Role::admin}};
    std::vector<workflow::Person> everyone;

    Folder folder;
    TestClock clock;
    std::string pin, seal;
    std::shared_ptr<workflow::Desk> desk;
};

}  // namespace naskah::test
