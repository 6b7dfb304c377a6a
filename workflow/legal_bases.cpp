#include "workflow/legal_bases.h"

#include <algorithm>
#include <functional>
#include <set>

#include "core/file.h"

namespace naskah::workflow {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& file, std::size_t entry, const std::string& what) {
    throw Error(Code::data, what, file + " dasar_hukum[" + std::to_string(entry) + "]",
                "Bandingkan dengan dasar-hukum.json bawaan.");
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// "Nomor 28 Tahun 2025" somewhere in a text, and what stands before it in small letters.
struct Mention {
    std::string before, number;
    int year;
};

// Reads one after "nomor"; false if it is none.
bool read_mention(std::string_view text, std::size_t at, Mention& mention) {
    const auto blanks = [&] {
        while (at < text.size() && (text[at] == ' ' || text[at] == ':' || text[at] == '\n')) ++at;
    };
    blanks();
    const std::size_t number = at;
    while (at < text.size() && digit(text[at])) ++at;
    if (at == number || at - number > 4) return false;
    mention.number = text.substr(number, at - number);
    while (mention.number.size() > 1 && mention.number.front() == '0') mention.number.erase(0, 1);
    blanks();
    if (!text.substr(at).starts_with("tahun")) return false;
    at += 5;
    blanks();
    if (at + 4 > text.size() || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                             text.begin() + static_cast<std::ptrdiff_t>(at + 4), digit))
        return false;
    mention.year = std::stoi(std::string(text.substr(at, 4)));
    return true;
}

std::vector<Mention> mentions_in(const std::string& text) {
    const std::string small = lower(text);
    std::vector<Mention> found;
    for (std::size_t at = 0; (at = small.find("nomor", at)) != std::string::npos;) {
        Mention mention;
        mention.before = small.substr(at > 160 ? at - 160 : 0, at > 160 ? 160 : at);
        at += 5;
        while (!mention.before.empty() && mention.before.back() == ' ') mention.before.pop_back();
        for (const char* rest : {" republik indonesia", " ri"})
            if (mention.before.ends_with(rest))
                mention.before.resize(mention.before.size() - std::string_view(rest).size());
        if (read_mention(small, at, mention)) found.push_back(std::move(mention));
    }
    return found;
}

bool is_named(const LegalBasis& base, const Mention& mention) {
    if (mention.year != base.year || mention.number != base.number) return false;
    const auto ends_with = [&](const std::string& name) {
        std::string words = lower(name);
        for (const char* rest : {" republik indonesia", " ri"})
            if (words.ends_with(rest)) words.resize(words.size() - std::string_view(rest).size());
        if (!mention.before.ends_with(words)) return false;
        const std::string_view ahead =
            std::string_view(mention.before).substr(0, mention.before.size() - words.size());
        return !ahead.ends_with("pengganti ");  // a Perppu is no Undang-Undang
    };
    return ends_with(base.type) || std::any_of(base.names.begin(), base.names.end(), ends_with);
}

void each_text(const Json& value, const std::string& path,
               const std::function<void(const std::string&, const std::string&)>& see) {
    if (value.is_string()) return see(path, value.get_ref<const std::string&>());
    if (value.is_object())
        for (const auto& [name, part] : value.items())
            each_text(part, path.empty() ? name : path + "." + name, see);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            each_text(value[i], path + "[" + std::to_string(i) + "]", see);
}

}  // namespace

std::string LegalBasis::citation() const {
    return type + " Nomor " + number + " Tahun " + std::to_string(year) + " tentang " + about +
           (gazette.empty() ? "" : " (" + gazette + ")");
}

LegalBases LegalBases::load(const fs::path& shipped, const fs::path& office) {
    LegalBases bases;
    bases.read(shipped / "dasar-hukum.json");
    std::error_code none;
    if (!office.empty() && fs::exists(office / "dasar-hukum.json", none))
        bases.read(office / "dasar-hukum.json");
    return bases;
}

void LegalBases::read(const fs::path& path) {
    const std::string file = path.filename().string();
    const Json table = parse_json(read_text(path), file);
    if (!table.is_object() || !table.contains("dasar_hukum") || !table.at("dasar_hukum").is_array())
        throw Error(Code::data, "tidak memuat daftar dasar_hukum", file,
                    "Bandingkan dengan dasar-hukum.json bawaan.");
    if (table.contains("versi") && table.at("versi").is_string())
        version_ = table.at("versi").get<std::string>();
    std::size_t place = 0;
    for (const Json& entry : table.at("dasar_hukum")) {
        const std::size_t here = place++;
        if (!entry.is_object()) refuse(file, here, "harus berupa isian bertingkat");
        const auto text = [&](const char* name, bool needed) {
            const auto found = entry.find(name);
            if (found == entry.end() && !needed) return std::string();
            if (found == entry.end() || !found->is_string() || found->get_ref<const std::string&>().empty())
                refuse(file, here, std::string(name) + " harus berupa teks");
            return found->get<std::string>();
        };
        const auto day = [&](const char* name) -> std::optional<Date> {
            const std::string said = text(name, false);
            if (said.empty()) return std::nullopt;
            const auto date = parse_date(said);
            if (!date) refuse(file, here, std::string(name) + " bukan tanggal (tahun-bulan-hari)");
            return date;
        };
        LegalBasis base;
        base.id = text("id", true);
        base.type = text("jenis", true);
        base.number = text("nomor", true);
        base.about = text("tentang", true);
        if (!entry.contains("tahun") || !entry.at("tahun").is_number_integer())
            refuse(file, here, "tahun harus berupa bilangan");
        base.year = entry.at("tahun").get<int>();
        if (const auto names = entry.find("sebutan"); names != entry.end()) {
            if (!names->is_array()) refuse(file, here, "sebutan harus berupa daftar teks");
            for (const Json& name : *names) {
                if (!name.is_string()) refuse(file, here, "sebutan harus berupa daftar teks");
                base.names.push_back(name.get<std::string>());
            }
        }
        base.gazette = text("lembaran", false);
        base.from = day("berlaku_sejak");
        base.until = day("tidak_berlaku_sejak");
        base.replaced_by = text("diganti_oleh", false);
        base.doubt = text("peringatan", false);
        base.checked = entry.contains("diperiksa") && entry.at("diperiksa") == true;
        const auto known =
            std::find_if(all_.begin(), all_.end(), [&](const LegalBasis& one) { return one.id == base.id; });
        if (known != all_.end())
            *known = std::move(base);
        else
            all_.push_back(std::move(base));
    }
}

std::vector<Problem> LegalBases::not_in_force(const Json& data, Date letter_date) const {
    std::vector<Problem> problems;
    each_text(data, "", [&](const std::string& path, const std::string& text) {
        std::set<std::string> told;
        for (const Mention& mention : mentions_in(text))
            for (const LegalBasis& base : all_) {
                if (!is_named(base, mention) || (base.in_force(letter_date) && base.doubt.empty()) ||
                    !told.insert(base.id).second)
                    continue;
                const std::string name =
                    base.type + " Nomor " + base.number + " Tahun " + std::to_string(base.year);
                std::string what = name + " ";
                if (base.until && *base.until <= letter_date)
                    what += "tidak berlaku lagi sejak " + to_long(*base.until) +
                            (base.replaced_by.empty() ? "" : ", diganti " + base.replaced_by);
                else if (base.from && letter_date < *base.from)
                    what += "baru berlaku " + to_long(*base.from);
                else
                    what += base.doubt;
                if (!base.checked) what += " (menurut tabel; belum dicocokkan dengan naskah peraturannya)";
                problems.push_back({std::move(what), path,
                                    "Ganti dasar hukumnya, kecuali yang dimaksud memang keadaan dahulu."});
            }
    });
    return problems;
}

}  // namespace naskah::workflow
