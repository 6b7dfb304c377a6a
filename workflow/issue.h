// The order of things: one letter's way from a clerk's data to a signed PDF in the register.
//
//   check ─ rehearse ─▶ reserve (durable) ─▶ render ─▶ sign ─▶ verify ─▶ issue (durable)
//
// Whatever may refuse the letter is asked before its number is taken. A crash before `reserve` leaves
// nothing; between the two durable steps it leaves a numbered letter that `resume` finishes by the same code;
// after `issue` the letter is there. No lock is held while rendering or signing: two processes may finish one
// letter, the register keeps the first result.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/web.h"
#include "generator/generator.h"
#include "signing/long_term.h"
#include "workflow/legal_bases.h"
#include "workflow/office.h"
#include "workflow/remote_signing.h"
#include "workflow/signing_session.h"

namespace naskah::workflow {

struct Request {
    std::string kind;
    Json data;
    std::string key;     // idempotency key, or empty
    std::string series;  // empty: the kind's own
    std::string actor = "cli";
    std::filesystem::path images;  // folder that the data's picture names start from
    // Whose keys sign. Null: the desk's own, which are asked for once and stay open.
    std::shared_ptr<SigningSession> session;
};

// Two moments of a letter's way: `wait` is called just before its number is taken, `pass` as soon as it is.
struct Turn {
    std::function<void()> wait = [] {};
    std::function<void()> pass = [] {};
};

struct Issued {
    storage::Letter letter;
    Bytes pdf;
    std::string verify_url;
    std::vector<Problem> warnings;
};

// What became of one request among many.
struct Outcome {
    std::optional<Issued> issued;   // or
    std::vector<Problem> problems;  // why it is not; a number that was taken meanwhile is kept for `resume`
    Code code = Code::data;         // of the problems
};

// Everything that issuing needs, opened once. Safe from many threads.
class Desk {
public:
    // `database`: that of the office, if it is open already; else it is opened when first asked for. `web`:
    // likewise, for the levels above B-B.
    Desk(Office office, const Clock& clock, Random& random, AskSecret ask,
         std::shared_ptr<storage::Connections> database = {}, std::shared_ptr<Web> web = {});

    const Office& office() const { return office_; }
    storage::Register& letters();                      // opened when first asked for: a draft needs none
    std::shared_ptr<storage::Connections> database();  // of the office, for the other stores in it
    const generator::Templates& templates() const { return templates_; }
    const LegalBases& legal_bases() const { return bases_; }
    const verify::Trust& trust() const { return trust_; }  // the office's roots, read once
    signing::LongTerm& long_term();  // the authorities that the office asks; opened when first asked for
    signing::LongTerm* long_term_if_needed();  // null for an office whose letters are at B-B
    Instant now() const { return clock_.now(); }
    const std::shared_ptr<Web>& web() const { return web_; }

    // All problems of the data at once: schema and rules. `warnings` gains what a clerk should know and may
    // ignore.
    std::vector<Problem> check(const std::string& kind, const Json& data,
                               std::vector<Problem>& warnings) const;

    // A draft: watermark KONSEP, no number, no signature. Throws Error(data) with all problems.
    Bytes draft(const std::string& kind, const Json& data, const std::filesystem::path& images) const;

    // The empty variant of a form, to be filled in by hand. Throws Error(data) if the kind has none.
    Bytes blank(const std::string& kind) const;

    // The same of data that is not finished: what is missing is named in its place (generator/gaps.h).
    // Pictures are the office's own, in lampiran/. Throws Error(data) only if it cannot be set at all; `cut`:
    // not everything is shown.
    Bytes preview(const std::string& kind, const Json& data, bool& cut) const;

    // Throws Error(data) with all problems, and then no number was taken, but where a signing service refuses
    // the numbered letter; that, and other errors, leave one that `resume` or the same idempotency key
    // finishes.
    Issued issue(const Request& request, const Turn& turn = {});

    // Issues many letters, `most_together` at a time. Numbers follow the order of the requests and are taken
    // together, with one flush to disk; the signed letters are stored together as they come. A request that
    // is refused takes no number and nobody along. `jobs` threads check, render and sign. `finished` hears
    // what became of each request (its place in `requests`), one call at a time, when that is durable. If it
    // throws, letters that have their numbers are finished, no further one is begun, and the exception comes
    // out here.
    static constexpr std::size_t most_together = 128;
    using Finished = std::function<void(std::size_t place, Outcome outcome)>;
    void issue_all(std::span<const Request> requests, int jobs, const Finished& finished);

    // Finishes every letter that has a number and is not signed. A letter of an earlier day is void and
    // issued anew under the next number, since its date would not be the day of its signing. Calls `report`
    // once a letter.
    struct Resumed {
        storage::Letter letter;         // as it is now
        std::string replaced;           // the number that became void, or empty
        std::vector<Problem> problems;  // why it could not be finished; empty when it was
        Code code = Code::data;         // of the problems
    };
    void resume(const std::function<void(const Resumed&)>& report);

private:
    void open_register();
    generator::Surroundings of_draft(const generator::Package& package) const;
    Bytes rendered(const std::string& kind, const Json& data, const Json& snapshot, const LetterId& id,
                   const std::string& number, const std::string& code, Date date, Instant time,
                   const std::filesystem::path& images) const;
    storage::NewLetter prepare(const Request& request, std::vector<Problem>& warnings);
    storage::NewLetter ready(const Request& asked, std::vector<Problem>& warnings);
    storage::NewLetter repeated(const Request& asked, const storage::Letter& known) const;
    Request with_pictures(Request request) const;
    void rehearse(const storage::NewLetter& letter, const std::filesystem::path& images,
                  SigningSession& keys);
    Issued finish(storage::Letter letter, const std::string& actor, SigningSession& keys);
    Issued end_of(storage::Letter letter, const std::string& actor, SigningSession& keys);
    std::vector<Problem> linked(const storage::Letter& letter, const std::string& actor);
    Issued kept(const storage::Letter& letter);
    // A local key's signature at the office's level; a service's is raised to it afterwards.
    Bytes signed_by(signing::DocumentSigner& signer, BytesView pdf, const std::string& location, Instant now);
    Bytes raised(Bytes signed_pdf, Instant now);
    std::optional<storage::Protection> protection_of(BytesView signed_pdf) const;
    Bytes draw(const storage::Letter& letter) const;
    Bytes draw_and_sign(const storage::Letter& letter, const std::string& actor, SigningSession& keys,
                        Instant now);
    Bytes checked(Bytes signed_pdf, const storage::Letter& letter, Instant now) const;
    storage::Letter stored(const storage::Letter& letter, BytesView signed_pdf, const std::string& actor,
                           SigningSession& keys, Instant now);
    RemoteSigning remote_signing();
    storage::Letter overtaken(const storage::Letter& letter);
    friend class Together;  // issue_all.cpp
    storage::Letter advance(const storage::Letter& letter, const std::string& actor, SigningSession& keys,
                            Bytes& signed_pdf);
    storage::Letter present(const LetterId& id);
    storage::NewLetter successor(const storage::Letter& letter, SigningSession& keys);
    signing::DocumentSigner& signer_of(SigningSession& keys, const Json& snapshot, BytesView rehearsal,
                                       Instant now);
    SigningSession& session_of(const Request& request) const;

    Office office_;
    const Clock& clock_;
    Random& random_;
    generator::Templates templates_;
    LegalBases bases_;
    generator::Generator generator_;
    std::shared_ptr<storage::Connections> database_;
    std::once_flag register_opened_;
    std::unique_ptr<storage::Register> letters_;
    verify::Trust trust_;
    std::shared_ptr<Web> web_;
    std::once_flag long_term_opened_;
    std::unique_ptr<signing::LongTerm> long_term_;
    std::shared_ptr<SigningSession> own_keys_;
};

// example.json of a kind with its dates moved to today; `office`, if not empty, gives zone and holidays.
Json example_of(const generator::Templates& templates, const std::string& kind,
                const std::filesystem::path& office, const Clock& clock);

// What is wrong with a kind of letter: its files, its schema, fields that nobody reads; its example, which
// must pass its own rules and be set as a letter and as a draft of the office (empty: the demo's); and the
// least and the most data that its schema allows, which must be set as well.
std::vector<Problem> check_kind(const generator::Templates& templates, const std::string& kind,
                                const std::filesystem::path& office, const Clock& clock);

// Why a report is not `passed`, in one line.
std::string reasons(const verify::Report& report);

// What the office's register says of a file: {"number", "kind", "status", "same_bytes"}, or null.
Json registered(BytesView pdf, const verify::Report& report, const Office& office,
                storage::Register& letters);

}  // namespace naskah::workflow
