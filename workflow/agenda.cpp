#include "workflow/agenda.h"

namespace naskah::workflow {

namespace {

std::string text_at(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// One letter under the agenda's column names, in the agenda's order.
Json row_of(const storage::Letter& letter, const Office& office) {
    const Json& signer = letter.snapshot.at("penandatangan");
    const auto moment = [&](Instant instant) {
        return to_iso(date_in(office.zone(), instant)) + " " + time_in(office.zone(), instant);
    };
    Json row;
    row["no_urut"] = letter.parts.urut;
    row["tanggal_surat"] = to_iso(letter.date);
    row["nomor"] = letter.number;
    row["kode_klasifikasi"] = letter.parts.kode;
    row["seri"] = letter.series;
    row["jenis"] = letter.kind;
    row["keamanan"] = text_at(letter.data, "keamanan");
    row["sifat"] = text_at(letter.data, "sifat");
    row["hal"] = letter.subject;
    row["unit_pengolah"] = letter.parts.unit + (letter.parts.bidang.empty() ? "" : "-" + letter.parts.bidang);
    row["penandatangan"] = text_at(signer, "nama");
    row["status"] = to_string(letter.status);
    row["keterangan"] = status_word(letter.status) + (letter.reason.empty() ? "" : ": " + letter.reason);
    row["dipesan"] = moment(letter.reserved_at);
    row["terbit"] = letter.issued_at ? moment(*letter.issued_at) : "";
    row["id"] = to_string(letter.id);
    row["sha256"] = letter.sha256 ? to_string(*letter.sha256) : "";
    row["mengganti"] = letter.replaces ? to_string(*letter.replaces) : "";
    row["diganti_oleh"] = letter.replaced_by ? to_string(*letter.replaced_by) : "";
    return row;
}

constexpr const char* columns[] = {"no_urut",    "tanggal_surat", "nomor",         "kode_klasifikasi",
                                   "seri",       "jenis",         "keamanan",      "sifat",
                                   "hal",        "unit_pengolah", "penandatangan", "status",
                                   "keterangan", "dipesan",       "terbit",        "id",
                                   "sha256",     "mengganti",     "diganti_oleh"};

std::string csv_cell(const Json& value) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (value.is_string() && !text.empty() &&
        std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
        text.insert(text.begin(), '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

}  // namespace

std::string status_word(storage::Status status) {
    switch (status) {
        case storage::Status::reserved: return "Dipesan";
        case storage::Status::issued: return "Terbit";
        case storage::Status::void_: return "BATAL";
        case storage::Status::revoked: return "Dicabut";
        case storage::Status::superseded: return "Diganti";
    }
    return {};
}

void each_letter(storage::Register& letters, storage::Filter filter,
                 const std::function<void(const storage::Letter&)>& visit) {
    for (;;) {
        const std::vector<storage::Row> rows = letters.list(filter);
        for (const storage::Row& row : rows) visit(row.letter);
        if (rows.size() < static_cast<std::size_t>(filter.limit)) return;
        filter.after = rows.back().row;
    }
}

Json agenda_json(storage::Register& letters, const storage::Filter& filter, const Office& office) {
    Json rows = Json::array();
    each_letter(letters, filter,
                [&](const storage::Letter& letter) { rows.push_back(row_of(letter, office)); });
    return rows;
}

std::string agenda_csv(storage::Register& letters, const storage::Filter& filter, const Office& office) {
    std::string csv;
    const auto line = [&](const auto& cell) {
        for (const char* column : columns) csv += (column == columns[0] ? "" : ",") + cell(column);
        csv += "\r\n";
    };
    line([](const char* column) { return std::string(column); });
    each_letter(letters, filter, [&](const storage::Letter& letter) {
        const Json row = row_of(letter, office);
        line([&](const char* column) { return csv_cell(row.at(column)); });
    });
    return csv;
}

}  // namespace naskah::workflow
