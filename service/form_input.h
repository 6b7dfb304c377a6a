// What a form sent, as the letter's data. Field names are paths (field_path.h); they and their values come
// from outside and may be anything: what names no field of the schema is passed over, what can't be converted
// stays text. Time and memory grow with what was sent, whatever the names say.
#pragma once

#include "core/json.h"
#include "service/field_path.h"
#include "service/http.h"

namespace naskah::service {

// Fields in the order of the schema. A row of a list is there if any of its fields was sent; indexes tell the
// order of the rows, no more. Empty optional fields are absent; empty rows stay, so that one may be filled
// later.
Json read_form(const Json& schema, const Fields& sent);

// Without rows in which nothing stands and without what then holds nothing: what is sent to be checked.
Json without_empty_rows(const Json& schema, const Json& data);

// With an empty object for each group that must be there: so a check tells of the group's fields, one by one.
Json with_groups(const Json& schema, const Json& data);

// Of `value` what fits `schema`: known members, texts, numbers and truths. What a page kept for us comes back
// through the visitor's hands, and may be anything.
Json fitted(const Json& schema, const Json& value);

// A change of rows, as a button of the form asks for it: "tambah petugas", "hapus petugas[2]",
// "naik petugas[2]", "kembali petugas[2]": the row that was removed from there stands in it again.
struct RowChange {
    enum class What { add, remove, up, restore } what = What::add;
    FieldPath path;  // of the list, or of the row
    static std::optional<RowChange> parse(std::string_view text);
};
// The path of the row to look at afterwards; nothing if there is no such list or row, and then nothing
// changed. `removed`: the row that went, or that is to come back.
std::optional<FieldPath> change_rows(const Json& schema, Json& data, const RowChange& change,
                                     Json* removed = nullptr);

}  // namespace naskah::service
