// Compares two revisions as graphs of objects. Everything that is reachable from the trailer must be the
// same, but for the places where a rule allows a difference. The comparison follows paths, not object
// numbers: an object that was overwritten is found on every path that leads to it, so a change that is
// harmless in one place and not in another is judged in both.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verify/revision.h"

namespace naskah::verify {

class Graph {
public:
    Graph(Revision& then, Revision& now, Budget& budget) : then_(then), now_(now), budget_(budget) {}

    Revision& then() { return then_; }
    Revision& now() { return now_; }

    // These two objects are compared by a rule of their own, so that a path from elsewhere need not look into
    // them.
    void entrust(Ref then, Ref now) { entrusted_.insert({then.number, now.number}); }
    bool is_entrusted(Ref then, Ref now) const { return entrusted_.contains({then.number, now.number}); }

    // Both must mean the same, all the way down. Absent and null are the same. `where` names the place for a
    // reader.
    void require_same(const Object* then, const Object* now, const std::string& where);
    // The same for all entries but those named.
    void require_same_entries(const Object* then, const Object* now, const std::set<std::string_view>& except,
                              const std::string& where);
    void forbid(const std::string& where) { differences_.insert(where); }
    void permit(const std::string& what) { permitted_.insert(what); }
    // Permitted, and seen on the page over what was signed: evil annotations and sneaky signatures.
    void cover(const std::string& what) { covering_.insert(what); }

    // A rule lets `now` stand where `then` stood (nullptr: where nothing stood). All that it is made of must
    // be new, or part of what it replaces, or part of the document as it was: a later revision may not bring
    // to light what lay hidden in the signed one.
    void introduce(const Object* then, const Object* now, const std::string& where);
    // These objects of the signed revision are replaced for one purpose; if the rest of the document uses
    // them too, the replacement is not that purpose's own.
    void claim(const Object* then, const std::string& where);

    // Follows all references met so far; call it last.
    void finish();
    // Whether two objects mean the same, judged on its own: nothing is reported.
    bool are_same(const Object* then, const Object* now);

    const std::set<std::string>& differences() const { return differences_; }
    const std::set<std::string>& permitted() const { return permitted_; }
    const std::set<std::string>& covering() const { return covering_; }

private:
    bool same_value(const Object& then, const Object& now, int depth);
    bool same_data(const Object& then, const Object& now) const;

    struct Task {
        Ref then, now;
        std::string where;
    };
    Revision& then_;
    Revision& now_;
    Budget& budget_;
    void collect(const Object& object, std::set<int>& numbers, int depth);
    void check_introduced(const Object& object, const std::set<int>& replaced, const std::string& where,
                          int depth);

    struct Introduction {
        const Object* now;
        std::set<int> replaced;
        std::string where;
    };
    std::set<std::pair<int, int>> entrusted_, met_;
    std::set<std::pair<int, int>> met_apart_;  // by are_same
    std::deque<Task> tasks_;
    std::vector<Introduction> introductions_;
    std::vector<std::pair<int, std::string>> claims_;
    std::set<int> introduced_;
    std::string where_;
    std::set<std::string> differences_, permitted_, covering_;
};

}  // namespace naskah::verify
