#include "service/file_check.h"

#include <unistd.h>

#include <algorithm>

#include "core/date.h"
#include "core/error.h"
#include "core/file.h"
#include "service/child.h"
#include "service/confine.h"
#include "verify/finding.h"

namespace naskah::service {
namespace {

namespace fs = std::filesystem;

// {"at", "trust": [{"name", "size"}...]} on the first line, then the certificates' bytes, then the PDF's.
Bytes question(BytesView pdf, const fs::path& trust, Instant at) {
    Json head = {{"at", to_rfc3339(at)}, {"trust", Json::array()}};
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(trust, failed))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    Bytes certificates;
    for (const fs::path& file : files) {
        const Bytes content = read_file(file, 16u << 20);
        head["trust"].push_back({{"name", file.filename().string()}, {"size", content.size()}});
        certificates.insert(certificates.end(), content.begin(), content.end());
    }
    Bytes all = to_bytes(dump_json(head) + "\n");
    all.insert(all.end(), certificates.begin(), certificates.end());
    all.insert(all.end(), pdf.begin(), pdf.end());
    return all;
}

std::vector<verify::Finding> findings_of(const Json& rows) {
    std::vector<verify::Finding> findings;
    for (const Json& row : rows)
        findings.push_back({row.at("name").get<std::string>(), row.at("text").get<std::string>(),
                            row.value("detail", std::string{})});
    return findings;
}

}  // namespace

verify::Report read_report(const Json& said, const Sha256& digest) {
    verify::Report report;
    report.sha256 = digest;
    for (const Json& row : said.at("signatures")) {
        verify::Signature signature;
        signature.field = row.at("field").get<std::string>();
        signature.level = row.at("level").get<std::string>();
        signature.signer = row.at("signer").get<std::string>();
        signature.is_timestamp = row.at("is_timestamp").get<bool>();
        if (!row.at("signed_at").is_null())
            signature.signed_at = parse_rfc3339(row.at("signed_at").get<std::string>());
        signature.time_proven = row.at("time_proven").get<bool>();
        signature.covers = row.at("covers").get<std::string>();
        signature.digest_matches = row.at("digest_matches").get<bool>();
        signature.signature_matches = row.at("signature_matches").get<bool>();
        signature.changes = row.at("changes").get<std::string>();
        signature.findings = findings_of(row.at("findings"));
        signature.verdict = verify::verdict_of(signature);
        report.signatures.push_back(std::move(signature));
    }
    report.findings = findings_of(said.at("findings"));
    report.verdict = verify::verdict_of(report);
    return report;
}

verify::Report fallen_report(const Sha256& digest) {
    verify::Report fallen{.sha256 = digest};
    fallen.findings.push_back(verify::make_finding("too_complex"));
    fallen.verdict = verify::verdict_of(fallen);
    return fallen;
}

verify::Report check_apart(BytesView pdf, const fs::path& trust, Instant at) {
    const auto output = run_child(
        {own_command().string(), "check-file"}, question(pdf, trust, at),
        {.patience = std::chrono::seconds(30), .cpu_seconds = 15, .memory = 1u << 30, .output = 4u << 20});
    if (output) return read_report(parse_json(as_text(*output), "check-file"), sha256(pdf));
    return fallen_report(sha256(pdf));
}

void serve_check_apart() {
    const Bytes all = read_file("/dev/stdin", 64u << 20);
    BytesView rest(all);
    const std::size_t line = as_text(rest).find('\n');
    const Json head = parse_json(as_text(rest).substr(0, line), "check-file");
    rest = rest.subspan(line + 1);
    verify::Trust trust;
    for (const Json& file : head.at("trust")) {
        const auto size = file.at("size").get<std::size_t>();
        if (size > rest.size()) throw Error(Code::internal, "pertanyaan terpotong", "check-file");
        trust.add(rest.first(size), file.at("name").get<std::string>());
        rest = rest.subspan(size);
    }
    const auto at = parse_rfc3339(head.at("at").get<std::string>());
    if (!at) throw Error(Code::internal, "waktu tidak dapat dibaca", "check-file");
    confine();
    const std::string said = dump_json(verify::to_json(verify::check(rest, trust, *at), ""));
    for (std::size_t done = 0; done < said.size();) {
        const ssize_t written = ::write(STDOUT_FILENO, said.data() + done, said.size() - done);
        if (written <= 0) throw Error(Code::internal, "jawaban tidak dapat ditulis", "check-file");
        done += static_cast<std::size_t>(written);
    }
}

}  // namespace naskah::service
