// A form made from a kind's JSON Schema: the letter's data and what is wrong with it, as a flat list of parts
// that a page shows one after the other (web/pages/partials/isian.mustache). Everything in it is text for the
// page to escape.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace naskah::service {

// Somebody whose name, NIP, rank and post a click fills into the fields of a person.
struct Candidate {
    std::string key;  // what the choice sends back
    std::string name, nip, rank, post;
};

struct FormAsk {
    const Json& schema;
    const Json& data;  // may be unfinished or wrong: shown as it was typed
    std::vector<Problem> problems;
    // While somebody types, a field that is still empty is no mistake yet: it is counted, and not reproached.
    bool all_problems = false;
    std::vector<Candidate> people;                       // offered where a person is asked for
    std::function<std::string(const std::string&)> say;  // in the visitor's language
    std::function<Problem(const Problem&)> say_problem;
    std::string focus;    // path of the row to begin with, or empty
    std::string address;  // "/surat/K7QM…", below which pictures are shown
};

struct Form {
    // What the page shows in this order. Each part has one member that names what it is: {"bagian": {…}} and
    // {"bagian_tutup": {…}} around a section, likewise "grup", "daftar", "baris"; {"bidang": {…}} is a field.
    Json parts = Json::array();
    // {id, judul, salah, kurang, kata, kepala}: the state of each, for an index; `kepala`: it has a heading.
    Json sections = Json::array();
    Json summary = Json::array();  // {kata, alamat}: every problem, and the place that it is about
    Json errors = Json::array();   // {id, nama, galat}: the texts at the fields
    std::size_t missing = 0, wrong = 0;
};

Form make_form(const FormAsk& ask);

// "Proyek 1, Perizinan berusaha 2": the rows in which a field of that path stands.
std::string row_words(const Json& schema, const std::string& path);

}  // namespace naskah::service
