#include "workflow/correction.h"

#include <algorithm>

#include "workflow/agenda.h"

namespace naskah::workflow {

namespace {

const Json* at_path(const Json& data, const std::string& path) {
    const Json* at = &data;
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('.', start), path.size());
        const auto found = at->is_object() ? at->find(path.substr(start, end - start)) : at->end();
        if (found == at->end()) return nullptr;
        at = &*found;
        start = end + 1;
    }
    return at;
}

std::string text_at(const Json& about, const char* what, const Json& data) {
    const auto& paths = about.at("mengoreksi");
    const Json* text = paths.contains(what) ? at_path(data, paths.at(what).get<std::string>()) : nullptr;
    return text && text->is_string() ? text->get<std::string>() : std::string();
}

std::string field_of(const Json& about, const char* what) {
    return about.at("mengoreksi").at(what).get<std::string>();
}

}  // namespace

std::vector<Problem> check_corrected(const Json& about, const Json& data, storage::Register& letters,
                                     std::vector<Problem>& warnings) {
    std::vector<Problem> problems;
    if (!about.contains("mengoreksi")) return problems;
    const std::string number = text_at(about, "nomor", data);
    const auto letter = letters.find_number(number);
    if (!letter) {
        warnings.push_back({"nomor " + number + " tidak ada di register: hubungan kedua surat tidak tercatat",
                            field_of(about, "nomor"),
                            "Periksa nomornya; biarkan bila surat itu terbit sebelum register ini."});
        return problems;
    }
    if (letter->status != storage::Status::issued) {
        std::string state = "berstatus " + status_word(letter->status);
        if (letter->replaced_by)
            if (const auto by = letters.find(*letter->replaced_by)) state += " oleh nomor " + by->number;
        problems.push_back({"surat nomor " + number + " " + state, field_of(about, "nomor"),
                            "Yang dapat dikoreksi hanya surat terbit yang masih berlaku; sebut surat yang "
                            "terakhir."});
    }
    const std::string date = text_at(about, "tanggal", data);
    if (!date.empty() && date != to_iso(letter->date))
        problems.push_back({"surat nomor " + number + " bertanggal " + to_long(letter->date),
                            field_of(about, "tanggal"), "Samakan tanggalnya dengan surat itu."});
    return problems;
}

std::vector<Problem> link_corrected(const Json& about, const storage::Letter& issued,
                                    storage::Register& letters, Instant now, const std::string& actor) {
    if (!about.contains("mengoreksi")) return {};
    const auto correction = parse_correction(field_of(about, "sebagai"));
    const auto letter = letters.find_number(text_at(about, "nomor", issued.data));
    if (!letter || !correction || letter->id == issued.id || letter->replaced_by == issued.id) return {};
    std::string reason = text_at(about, "alasan", issued.data);
    try {
        correct(letters, *letter, issued, *correction, reason, now, actor);
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        std::vector<Problem> problems = error.problems();
        for (Problem& problem : problems)
            problem.what = "surat terbit, tetapi hubungannya tidak tercatat: " + problem.what;
        return problems;
    }
    return {};
}

std::vector<Problem> correction_flaws(const Json& about, const Json& schema, const std::string& file) {
    std::vector<Problem> flaws;
    if (!about.contains("mengoreksi")) return flaws;
    const Json& said = about.at("mengoreksi");
    if (!parse_correction(said.at("sebagai").get<std::string>()))
        flaws.push_back({"mengoreksi.sebagai tidak dikenal", file,
                         "Pilih ralat, perubahan, pencabutan, atau pembatalan."});
    for (const char* what : {"nomor", "tanggal", "alasan"}) {
        const std::string path = said.at(what).get<std::string>();
        std::string pointer = "/properties/" + path;
        for (std::size_t dot; (dot = pointer.find('.')) != std::string::npos;)
            pointer.replace(dot, 1, "/properties/");
        if (!schema.contains(Json::json_pointer(pointer)))
            flaws.push_back({"bidang \"" + path + "\" pada mengoreksi." + what + " tidak ada di skema", file,
                             "Sebut bidang yang wajib diisi."});
    }
    return flaws;
}

}  // namespace naskah::workflow
