#include "storage/postgres_examine.h"

namespace naskah::storage {

std::map<std::string, std::string> postgres_objects(Connection& connection) {
    std::map<std::string, std::string> objects;
    const auto gather = [&](const char* sql) {
        connection.run(sql, {}, [&](const Cells& cells) {
            objects.emplace(std::string(cells.text(0)), std::string(cells.text(1)));
        });
    };
    // Columns in order, with type, collation, default; whether rows can hide.
    gather(
        "SELECT 'table ' || c.relname, c.relkind::text || c.relpersistence::text || c.relrowsecurity || "
        "c.relhasrules || COALESCE((SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, "
        "a.atttypmod) || ' ' || COALESCE(o.collname, '') || ' ' || a.attnotnull || ' ' || "
        "COALESCE(pg_get_expr(d.adbin, d.adrelid), ''), ', ' ORDER BY a.attnum) FROM pg_attribute a "
        "LEFT JOIN pg_collation o ON o.oid = a.attcollation LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid "
        "AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') "
        "FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('i', "
        "'I', 't', 'c')");
    gather(
        "SELECT 'index ' || c.relname, pg_get_indexdef(c.oid, 0, true) || i.indisvalid || i.indisready "
        "FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = "
        "current_schema()::regnamespace");
    gather(
        "SELECT 'constraint ' || r.relname || ' ' || c.conname, pg_get_constraintdef(c.oid, true) || "
        "c.convalidated FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid WHERE c.connamespace = "
        "current_schema()::regnamespace");
    // Also whether the trigger is on, and those that keep the foreign keys.
    gather(
        "SELECT 'trigger ' || t.tgname, pg_get_triggerdef(t.oid, true) || t.tgenabled::text FROM pg_trigger "
        "t "
        "JOIN pg_class r ON r.oid = t.tgrelid WHERE r.relnamespace = current_schema()::regnamespace AND NOT "
        "t.tgisinternal");
    gather(
        "SELECT 'foreign key of ' || r.relname || ' is kept', string_agg(DISTINCT t.tgenabled::text, '') "
        "FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid WHERE r.relnamespace = "
        "current_schema()::regnamespace AND t.tgisinternal GROUP BY r.relname");
    gather(
        "SELECT 'function ' || p.proname, l.lanname || p.prokind::text || p.prosecdef || "
        "p.provolatile::text || format_type(p.prorettype, NULL) || replace(COALESCE(array_to_string("
        "p.proconfig, ' '), ''), quote_ident(current_schema()), '@') || p.prosrc FROM pg_proc p JOIN "
        "pg_language l ON l.oid = p.prolang WHERE p.pronamespace = current_schema()::regnamespace");
    return objects;
}

std::vector<Problem> compare_objects(const std::map<std::string, std::string>& found,
                                     const std::map<std::string, std::string>& expected) {
    const std::string remedy = "Pulihkan register dari cadangan";
    std::vector<Problem> problems;
    for (const auto& [object, text] : expected) {
        const auto it = found.find(object);
        if (it == found.end())
            problems.push_back({"penjaga atau tabel hilang", object, remedy});
        else if (it->second != text)
            problems.push_back({"penjaga atau tabel diubah", object, remedy});
    }
    for (const auto& [object, text] : found)
        if (!expected.contains(object)) problems.push_back({"isi skema yang tidak dikenal", object, remedy});
    return problems;
}

}  // namespace naskah::storage
