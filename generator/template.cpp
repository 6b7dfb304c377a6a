#include "generator/template.h"

#include <charconv>
#include <deque>
#include <kainjow/mustache.hpp>

#include "core/file.h"
#include "core/words.h"
#include "generator/gaps.h"
#include "generator/template_names.h"
#include "generator/template_source.h"

namespace naskah::generator {
namespace {

using Data = kainjow::mustache::data;

[[noreturn]] void refuse(std::string what, const std::string& where, std::string remedy) {
    throw Error(Code::data, std::move(what), where, std::move(remedy));
}

// What kainjow is given is a skeleton: every text, name and section is a tag that names its token by number.
// So it walks sections and escapes values as ever, while each lookup comes here, where a missing name is an
// error with its line, and static text is handed over in one piece instead of word by word.
std::string skeleton(const std::vector<Token>& tokens) {
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const char* const begin[] = {"{{&", "{{", "{{#", "{{^", "{{/"};
        const std::size_t number = tokens[i].type == Token::Type::close ? tokens[i].partner : i;
        text += begin[static_cast<std::size_t>(tokens[i].type)] + std::to_string(number) + "}}";
    }
    return text;
}

// The lookups of one filling.
class Lookup final : public kainjow::mustache::basic_context<std::string> {
public:
    Lookup(const std::vector<Token>& tokens, const std::vector<Data>& texts, const Names& names)
        : tokens_(tokens), texts_(texts), names_(names) {}

    const Data* get(const std::string& name) const override {
        std::size_t number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        const Token& token = tokens_[number];
        switch (token.type) {
            case Token::Type::text: return &texts_[number];
            case Token::Type::value: return value(token);
            case Token::Type::open: return section(token);
            // A null makes kainjow walk the inverted section without pushing anything.
            default: return is_filled(find(token, true).get()) ? &yes() : nullptr;
        }
    }

    // Called for each item of the list, or once for the value, that `section` has just returned.
    void push(const Data*) override {
        Section& section = sections_.back();
        const Json& value = section.value.get();
        const bool list = value.is_array();
        frames_.push_back({list ? &value[section.next] : &value, section.next, section.count, list});
        ++section.next;
    }

    void pop() override {
        frames_.pop_back();
        if (sections_.back().next == sections_.back().count) sections_.pop_back();
    }

    const Data* get_partial(const std::string&) const override { return nullptr; }

private:
    // A value of the letter's names, or one that a pipe has made.
    class Found {
    public:
        explicit Found(const Json* there) : there_(there) {}
        explicit Found(Json made) : made_(std::move(made)) {}
        const Json& get() const { return there_ ? *there_ : made_; }

    private:
        const Json* there_ = nullptr;
        Json made_;
    };

    struct Section {
        Found value;
        std::size_t next = 0, count = 1;
        Data items;  // as many as the list has; kainjow counts them and hands them back to `push`
    };

    struct Frame {
        const Json* value;
        std::size_t index, count;
        bool in_list;
    };

    static const Data& yes() {
        static const Data value(true);
        return value;
    }
    static const Data& no() {
        static const Data value(false);
        return value;
    }

    const Data* value(const Token& token) const {
        const Found found = find(token, false);
        auto text = printed(found.get());
        if (!text && names_.unfinished) text = gap;
        if (!text)
            refuse(
                "{{" + token.text + "}} berisi daftar, isian bertingkat, atau ya/tidak: tidak dapat dicetak",
                token.where, "Pakai {{#…}} atau pipa.");
        printed_ = Data(*text);
        return &printed_;
    }

    const Data* section(const Token& token) const {
        Found found = find(token, true);
        const Json& value = found.get();
        if (!is_filled(value)) return &no();
        const std::size_t count = value.is_array() ? value.size() : 1;
        Data items = value.is_array() ? Data(kainjow::mustache::list(count, Data(true))) : Data(true);
        sections_.push_back({std::move(found), 0, count, std::move(items)});
        return &sections_.back().items;
    }

    // `asked`: in a section, where a name that is absent is a plain no.
    Found find(const Token& token, bool asked) const {
        Found found = named(token);
        const bool missing = found.get().is_null();
        if (missing && !asked && (token.pipes.empty() || !token.pipes.front().takes_missing())) {
            if (names_.unfinished) return Found(Json(gap));
            refuse("{{" + token.text + "}} tidak ada isinya", token.where,
                   "Isi data itu; bila boleh kosong, apit dengan {{#" + token.path.front() + "}}…{{/" +
                       token.path.front() + "}} di templat.");
        }
        for (const Pipe& pipe : token.pipes) {
            if (found.get().is_null() && !pipe.takes_missing()) return found;
            auto made = pipe.apply(found.get());
            if (!made && names_.unfinished) return as_far_as_it_goes(found.get(), asked);
            if (!made)
                refuse("pipa |" + pipe.text() + " pada {{" + token.text + "}} meminta " +
                           std::string(pipe.wants()),
                       token.where, "Perbaiki data atau pipanya.");
            found = Found(std::move(*made));
        }
        return found;
    }

    // Of a letter that is not finished: the text that no pipe could read stays as it was typed.
    static Found as_far_as_it_goes(const Json& value, bool asked) {
        if (asked) return Found(Json(false));
        return Found(value.is_string() ? value : Json(gap));
    }

    Found named(const Token& token) const {
        const std::string& first = token.path.front();
        if (first == ".") {
            if (frames_.empty())
                refuse("{{.}} di luar bagian", token.where, "Pakai di dalam {{#daftar}}…{{/daftar}}.");
            return Found(frames_.back().value);
        }
        if (first.front() == '@') return Found(place(token));
        const Json* value = &scope();
        std::size_t next = 0;
        if (const Json* outside = outer(first)) {
            value = outside;
            next = 1;
        }
        static const Json nothing;
        for (; next < token.path.size(); ++next) {
            if (!value->is_object()) return Found(&nothing);
            const auto member = value->find(token.path[next]);
            if (member == value->end()) return Found(&nothing);
            value = &*member;
        }
        return Found(value);
    }

    const Json* outer(const std::string& name) const {
        if (name == "isian") return &names_.data;
        if (name == "kantor") return &names_.office;
        if (name == "surat") return &names_.letter;
        if (name == "penandatangan") return &names_.signer;
        if (name == "halaman") return names_.page;
        return nullptr;
    }

    // Where plain names are looked up: the innermost item or object. A section over a text or a truth value
    // leaves the names around it visible.
    const Json& scope() const {
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
            if (frame->value->is_object() || frame->in_list) return *frame->value;
        return names_.data;
    }

    Json place(const Token& token) const {
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
            if (!frame->in_list) continue;
            const std::string& name = token.path.front();
            const int number = static_cast<int>(frame->index) + 1;
            if (name == "@nomor") return number;
            if (name == "@huruf") return list_letter(number);
            if (name == "@romawi") return to_roman(number);
            if (name == "@pertama") return frame->index == 0;
            return frame->index + 1 == frame->count;
        }
        refuse("{{" + token.text + "}} di luar daftar", token.where,
               "Pakai di dalam {{#daftar}}…{{/daftar}}.");
    }

    const std::vector<Token>& tokens_;
    const std::vector<Data>& texts_;
    const Names& names_;
    // kainjow asks through a const interface, one question after the other.
    mutable Data printed_;
    mutable std::deque<Section> sections_;  // kainjow holds on to `items` while deeper sections come and go
    std::vector<Frame> frames_;
};

// For markup, as kainjow would do it, but with nothing to do for most texts.
std::string escaped(const std::string& text) {
    std::string out;
    std::size_t begin = 0;
    const auto replace = [&](std::size_t at, const char* entity) {
        out.append(text, begin, at - begin) += entity;
        begin = at + 1;
    };
    for (std::size_t at = 0; at < text.size(); ++at) switch (text[at]) {
            case '&': replace(at, "&amp;"); break;
            case '<': replace(at, "&lt;"); break;
            case '>': replace(at, "&gt;"); break;
            case '"': replace(at, "&quot;"); break;
            case '\'': replace(at, "&apos;"); break;
            default: break;
        }
    return out.append(text, begin);
}

// Takes what kainjow renders.
struct Sink {
    std::string text;
    Sink& operator<<(const std::string& piece) {
        text += piece;
        return *this;
    }
};

class Parsed final : public Template {
public:
    Parsed(std::vector<Token> tokens, Source source)
        : tokens_(std::move(tokens)), engine_(skeleton(tokens_)) {
        if (!engine_.is_valid())
            throw Error(Code::internal, "kerangka templat ditolak: " + engine_.error_message());
        if (source == Source::plain)
            engine_.set_custom_escape([](const std::string& text) { return text; });
        else
            engine_.set_custom_escape(escaped);
        texts_.reserve(tokens_.size());
        for (const Token& token : tokens_)
            texts_.emplace_back(token.type == Token::Type::text ? token.text : "");
    }

    std::string fill(const Names& names) const override {
        Lookup lookup(tokens_, texts_, names);
        Sink sink;
        sink.text.reserve(16u << 10);  // a page
        engine_.render(lookup, sink);
        return std::move(sink.text);
    }

    Sha256 digest() const override {
        std::string all;
        for (const Token& token : tokens_)
            all += std::to_string(static_cast<int>(token.type)) + '\0' + token.text + '\0';
        return sha256(as_bytes(all));
    }

    std::vector<Problem> unknown_names(const Json& schema) const override {
        return find_unknown_names(tokens_, schema);
    }

    void mark_used(const Json& schema, std::set<const Json*>& used) const override {
        find_used_fields(tokens_, schema, used);
    }

    std::set<std::string> partials() const override {
        // A text knows of each start tag where it came from.
        constexpr std::string_view folder = "partials/", ending = ".mustache:";
        std::set<std::string> names;
        for (const Token& token : tokens_)
            for (const std::string* text : {&token.where, &token.text})
                for (std::size_t at = 0; (at = text->find(folder, at)) != std::string::npos;) {
                    at += folder.size();
                    const std::size_t end = text->find(ending, at);
                    if (end != std::string::npos) names.insert(text->substr(at, end - at));
                }
        return names;
    }

private:
    std::vector<Token> tokens_;
    std::vector<Data> texts_;  // by token
    // Rendering changes the engine only to note an error of a lambda or a partial, and there are none.
    mutable kainjow::mustache::mustache engine_;
};

}  // namespace

std::shared_ptr<const Template> Template::load(const std::filesystem::path& file,
                                               const std::vector<std::filesystem::path>& folders) {
    const std::string name = (file.parent_path().filename() / file.filename()).generic_string();
    return std::make_shared<Parsed>(
        read_template(read_text(file, std::size_t{1} << 20), name, Source::markup, folders), Source::markup);
}

std::shared_ptr<const Template> Template::page(const std::filesystem::path& file,
                                               const std::vector<std::filesystem::path>& folders,
                                               const Translate& translate) {
    return std::make_shared<Parsed>(read_template(read_text(file, std::size_t{1} << 20),
                                                  file.filename().string(), Source::page, folders, translate),
                                    Source::page);
}

std::shared_ptr<const Template> Template::plain(std::string_view text, const std::string& where) {
    return std::make_shared<Parsed>(read_template(text, where, Source::plain, {}), Source::plain);
}

}  // namespace naskah::generator
