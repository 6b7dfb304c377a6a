// The kinds as they are shipped, and the demo's office that they are set in.
#pragma once

#include <string>

#include "core/date.h"
#include "core/file.h"
#include "generator/generator.h"

namespace naskah::generator {

inline const std::string root = NASKAH_SOURCE_DIR "/templates";
inline const Date today = *parse_date("2026-11-24");

inline const Templates& templates() {
    static const Templates all({root});
    return all;
}

inline Json example(const std::string& kind) {
    static const Workdays workdays(parse_json(read_text(root + "/demo/libur.json"), "libur.json"),
                                   "libur.json");
    return example_for(*templates().get(kind), today, workdays);
}

// Of a numbered letter of today, signed by the demo's head.
inline Surroundings surroundings() {
    Surroundings around;
    around.office = parse_json(read_text(root + "/demo/office.json"), "office.json");
    const Json& head = around.office.at("pejabat").at(0);
    around.signer = {{"id", head.at("id")},           {"nama", head.at("nama")},
                     {"pangkat", head.at("pangkat")}, {"nip", head.at("nip")},
                     {"jabatan", head.at("jabatan")}, {"sebagai", ""}};
    around.letter = {{"nomor", "500.16.6.5/147/DPMPTSP-DALAK/XI/2026"},
                     {"tanggal", to_iso(today)},
                     {"tempat", "Samarinda"},
                     {"kode", "500.16.6.5"},
                     {"kode_periksa", "K7QM-4XTR"},
                     {"alamat_periksa", "https://x"}};
    around.url = "https://naskah.contoh.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6E";
    around.time = *parse_rfc3339("2026-11-24T02:00:00Z");
    around.images = around.office_images = root + "/demo";
    return around;
}

}  // namespace naskah::generator
