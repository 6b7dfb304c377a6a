// The only home of qpdf. qpdf reads the cross-reference data and unpacks streams; the objects are parsed by
// verify/object.cpp, which is strict and keeps their places.
#include "verify/revision.h"

#define POINTERHOLDER_TRANSITION 4  // qpdf 11: std::shared_ptr only
#include <algorithm>
#include <qpdf/Pipeline.hh>
#include <qpdf/Pl_Flate.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/text.h"

namespace naskah::verify {
namespace {

constexpr std::size_t max_unpacked = 64u << 20;  // of one object stream
constexpr std::int64_t max_columns = 1 << 20;    // of a predictor, which is given two rows of memory
constexpr std::uint64_t max_table = 1'000'000;   // rows of all cross-reference streams of a small file
constexpr std::uint64_t bytes_per_row = 8;       // and more for a larger one

// Collects what a stream unpacks to, up to a limit: a small stream may unpack to a thousand times its size.
class BoundedSink : public Pipeline {
public:
    BoundedSink(Bytes& out, Budget& budget, std::size_t limit = max_unpacked)
        : Pipeline("bounded", nullptr), out_(out), budget_(budget), limit_(limit) {}
    void write(const unsigned char* data, std::size_t size) override {
        if (out_.size() + size > limit_) throw std::runtime_error("stream too large");
        budget_.spend(size / 256);
        out_.insert(out_.end(), data, data + size);
    }
    void finish() override {}

private:
    Bytes& out_;
    Budget& budget_;
    std::size_t limit_;
};

const Object null_object{};

std::optional<std::uint64_t> whole_number(const Object* object) {
    if (!object || !object->is(Object::Kind::integer) || object->integer < 0) return std::nullopt;
    return static_cast<std::uint64_t>(object->integer);
}

// An entry that is one thing or an array of a single one.
const Object* only_one(const Object* entry) {
    return entry && entry->is(Object::Kind::array) && entry->items.size() == 1 ? &entry->items[0] : entry;
}

// qpdf unpacks a cross-reference stream (7.5.8) whole and believes in its sizes, so they are looked at
// before: `rows` is what the file may still have. Everything in that dictionary is direct.
bool is_modest_table(BytesView bytes, const Object& stream, std::uint64_t& rows, Budget& budget) {
    const Object* widths = stream.find("W");
    const auto size = whole_number(stream.find("Size"));
    if (!widths || !widths->is(Object::Kind::array) || !size) return false;
    std::uint64_t width = 0, count = *size;
    for (const Object& item : widths->items) {
        const auto one = whole_number(&item);
        if (!one || *one > 8) return false;
        width += *one;
    }
    if (const Object* index = stream.find("Index")) {
        count = 0;
        for (std::size_t i = 1; i < index->items.size(); i += 2) {
            const auto part = whole_number(&index->items[i]);
            if (!part || *part > rows) return false;
            count += *part;
        }
    }
    if (count > rows || widths->items.size() > 8) return false;
    rows -= count;
    const Object* filter = only_one(stream.find("Filter"));
    if (!filter) return true;
    if (!filter->is_name("FlateDecode")) return false;
    if (const Object* parameters = only_one(stream.find("DecodeParms"))) {
        if (!parameters->has_keys() && !parameters->is(Object::Kind::null)) return false;
        const Object* columns = parameters->has_keys() ? parameters->find("Columns") : nullptr;
        if (columns && (!whole_number(columns) || columns->integer > max_columns)) return false;
    }
    Bytes unpacked;
    BoundedSink sink(unpacked, budget, 2 * count * (width + 1) + 65'536);
    Pl_Flate flate("table", &sink, Pl_Flate::a_inflate);
    flate.write(bytes.data() + stream.data_begin, stream.data_end - stream.data_begin);
    flate.finish();
    return true;
}

bool are_modest_tables(BytesView bytes, std::size_t newest, Budget& budget) {
    std::uint64_t rows = max_table + bytes.size() / bytes_per_row;
    std::set<std::size_t> met;  // qpdf itself refuses tables that lead in a circle
    std::vector<std::size_t> open{newest};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (!met.insert(at).second) continue;
        const auto section = read_section(bytes, at, budget);
        if (!section) return false;
        if (section->is_stream && !is_modest_table(bytes, section->trailer, rows, budget)) return false;
        for (const char* key : {"Prev", "XRefStm"})
            if (const auto next = whole_number(section->trailer.find(key)); next && *next > 0)
                open.push_back(*next);
    }
    return true;
}

}  // namespace

struct Revision::Source {
    QPDF pdf;
};

Revision::Revision(BytesView bytes, Budget& budget)
    : bytes_(bytes), budget_(&budget), source_(std::make_unique<Source>()) {}
Revision::~Revision() = default;

std::unique_ptr<Revision> Revision::open(BytesView bytes, Budget& budget, Trouble& trouble) {
    trouble = Trouble::malformed;
    const auto closing = last_closing(bytes, budget);
    if (!closing) return nullptr;
    auto section = read_section(bytes, closing->section, budget);
    if (!section) return nullptr;
    std::unique_ptr<Revision> out(new Revision(bytes, budget));
    out->closing_ = *closing;
    out->section_ = std::move(*section);
    QPDF& pdf = out->source_->pdf;
    try {
        if (!are_modest_tables(bytes, closing->section, budget)) return nullptr;
        pdf.setSuppressWarnings(true);
        pdf.setAttemptRecovery(false);
        pdf.processMemoryFile("pdf", reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (const auto& [id, entry] : pdf.getXRefTable()) {
            budget.spend();
            Place place;
            place.generation = id.getGen();
            if (entry.getType() == 1) {
                place.offset = static_cast<std::size_t>(std::max<qpdf_offset_t>(entry.getOffset(), 0));
            } else if (entry.getType() == 2) {
                place.compressed = true;
                place.offset = static_cast<std::size_t>(std::max(entry.getObjStreamNumber(), 0));
                place.index = entry.getObjStreamIndex();
            } else {
                continue;
            }
            // The table is ordered by number and generation; the highest generation is the one in use.
            out->twins_ |= !out->places_.insert_or_assign(id.getObj(), place).second;
        }
    } catch (const QPDFExc& problem) {
        const auto code = problem.getErrorCode();
        if (code == qpdf_e_password || (out->is_encrypted() && code == qpdf_e_unsupported))
            trouble = Trouble::encrypted;
        return nullptr;
    } catch (const std::exception&) {
        return nullptr;
    }
    if (!out->catalog()) return nullptr;
    trouble = Trouble::none;
    return out;
}

const Object& Revision::object(Ref ref) {
    const auto place = places_.find(ref.number);
    if (place == places_.end() || place->second.generation != ref.generation) return null_object;
    return slot(ref.number).object;
}

const Object* Revision::resolve(const Object* object) {
    for (int hops = 0; object && object->is(Object::Kind::ref); ++hops) {
        if (hops == 8) return &null_object;
        object = &this->object(object->ref);
    }
    return object;
}

const Object* Revision::find(const Object* dictionary, std::string_view key) {
    dictionary = resolve(dictionary);
    if (!dictionary || !dictionary->has_keys()) return nullptr;
    const Object* value = resolve(dictionary->find(key));
    return value && !value->is(Object::Kind::null) ? value : nullptr;
}

const Object* Revision::catalog() {
    const Object* root = find(&section_.trailer, "Root");
    return root && root->is(Object::Kind::dictionary) ? root : nullptr;
}

std::optional<std::pair<std::size_t, std::size_t>> Revision::extent(int number) {
    const auto place = places_.find(number);
    if (place == places_.end() || place->second.compressed) return std::nullopt;
    const Slot& it = slot(number);
    if (it.end == 0) return std::nullopt;
    return std::pair{it.begin, it.end};
}

const Revision::Slot& Revision::slot(int number) {
    const auto known = slots_.find(number);
    if (known != slots_.end()) return known->second;
    Slot fresh;
    bool good = false;
    if (loading_.insert(number).second) {  // else an object stream that is inside itself
        const Place place = places_.at(number);
        good = place.compressed ? load_compressed(number, place, fresh) : load_plain(number, place, fresh);
        loading_.erase(number);
    }
    if (!good) {
        fresh = {};
        broken_.insert(number);
    }
    return slots_.insert_or_assign(number, std::move(fresh)).first->second;
}

bool Revision::load_plain(int number, const Place& place, Slot& slot) {
    if (place.offset == 0 || place.offset >= bytes_.size()) return false;
    Parser parser(bytes_, place.offset, *budget_);
    auto found = parser.indirect([this](Ref ref) { return length(ref); });
    if (!found || found->ref != Ref{number, place.generation}) return false;
    slot = {std::move(found->object), found->begin, found->end};
    return true;
}

std::optional<std::int64_t> Revision::length(Ref ref) {
    const Object& value = object(ref);
    return value.is(Object::Kind::integer) ? std::optional(value.integer) : std::nullopt;
}

// An object stream (7.5.7) starts with N pairs of object number and offset.
bool Revision::load_compressed(int number, const Place& place, Slot& out) {
    const int container = static_cast<int>(place.offset);
    const auto home = places_.find(container);
    if (home == places_.end() || home->second.compressed) return false;
    const Object& stream = slot(container).object;
    if (!stream.is(Object::Kind::stream)) return false;
    const Object* count = find(&stream, "N");
    const Object* first = find(&stream, "First");
    if (!count || !count->is(Object::Kind::integer) || !first || !first->is(Object::Kind::integer))
        return false;
    auto unpacked = object_streams_.find(container);
    if (unpacked == object_streams_.end()) {
        Bytes data = this->unpacked({container, home->second.generation}).value_or(Bytes{});
        unpacked = object_streams_.emplace(container, std::move(data)).first;
    }
    const Bytes& data = unpacked->second;
    if (place.index < 0 || place.index >= count->integer || first->integer < 0) return false;
    Parser pairs(data, 0, *budget_);
    std::optional<std::int64_t> id, offset;
    for (int i = 0; i <= place.index; ++i) {
        budget_->spend();
        id = pairs.integer();
        offset = pairs.integer();
        if (!id || !offset) return false;
    }
    if (*id != number) return false;
    const auto at = static_cast<std::uint64_t>(first->integer) + static_cast<std::uint64_t>(*offset);
    if (at >= data.size()) return false;
    auto object = Parser(data, static_cast<std::size_t>(at), *budget_).object();
    if (!object) return false;
    out.object = std::move(*object);
    return true;
}

std::optional<Bytes> Revision::unpacked(Ref ref) {
    const Object& stream = object(ref);
    if (!stream.is(Object::Kind::stream)) return std::nullopt;
    const Object* parameters = find(&stream, "DecodeParms");
    const bool several = parameters && parameters->is(Object::Kind::array);
    for (std::size_t i = 0; parameters && i < (several ? parameters->items.size() : 1); ++i) {
        const Object* columns = find(several ? &parameters->items[i] : parameters, "Columns");
        if (columns && (!columns->is(Object::Kind::integer) || columns->integer > max_columns))
            return std::nullopt;
    }
    Bytes out;
    try {
        BoundedSink sink(out, *budget_);
        auto handle = source_->pdf.getObject(ref.number, ref.generation);
        if (!handle.isStream() || !handle.pipeStreamData(&sink, 0, qpdf_dl_generalized, true))
            return std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return out;
}

std::string Revision::text(Ref ref, const std::string& key) {
    if (!is_encrypted()) return text(find(&object(ref), key));
    Object decrypted;
    try {
        auto value = source_->pdf.getObject(ref.number, ref.generation).getKeyIfDict(key);
        if (!value.isString()) return {};
        decrypted.kind = Object::Kind::string;
        decrypted.text = value.getStringValue();
    } catch (const std::exception&) {
        return {};
    }
    return text(&decrypted);
}

std::string Revision::text(const Object* string) {
    string = resolve(string);
    if (!string || !string->is(Object::Kind::string)) return {};
    const std::string& raw = string->text;
    std::string out;
    if (raw.starts_with("\xfe\xff")) {
        for (std::size_t i = 2; i + 1 < raw.size(); i += 2) {
            auto unit = [&](std::size_t at) {
                return static_cast<char32_t>(static_cast<unsigned char>(raw[at]) << 8 |
                                             static_cast<unsigned char>(raw[at + 1]));
            };
            char32_t point = unit(i);
            if (point >= 0xd800 && point < 0xdc00 && i + 3 < raw.size()) {
                const char32_t low = unit(i + 2);
                if (low >= 0xdc00 && low < 0xe000) {
                    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                    i += 2;
                }
            }
            if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
            if (point >= 0x20 && point != 0x7f) append_utf8(out, point);
        }
        return out;
    }
    if (raw.starts_with("\xef\xbb\xbf") && !first_bad_utf8(raw)) {
        std::copy_if(raw.begin() + 3, raw.end(), std::back_inserter(out),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
        return out;
    }
    for (const char c : raw) {  // PDFDocEncoding agrees with Latin-1 where it matters for names
        const auto point = static_cast<unsigned char>(c);
        if (point >= 0x20 && point != 0x7f) append_utf8(out, point);
    }
    return out;
}

}  // namespace naskah::verify
