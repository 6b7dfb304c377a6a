#include <libpq-fe.h>

#include <catch2/catch.hpp>

#include "raw.h"

namespace naskah::storage {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

}  // namespace

RawServer::RawServer(const std::string& address) : handle_(PQconnectdb(address.c_str())) {
    INFO(PQerrorMessage(handle_.get()));
    REQUIRE(PQstatus(handle_.get()) == CONNECTION_OK);
    PQsetNoticeProcessor(
        handle_.get(), [](void*, const char*) {}, nullptr);
}

void RawServer::Close::operator()(pg_conn* handle) const { PQfinish(handle); }

std::vector<RawStore::TextRow> RawServer::query(const std::string& sql) {
    INFO(sql);
    const Result result(PQexec(handle_.get(), sql.c_str()), PQclear);
    INFO(PQerrorMessage(handle_.get()));
    REQUIRE((PQresultStatus(result.get()) == PGRES_TUPLES_OK ||
             PQresultStatus(result.get()) == PGRES_COMMAND_OK));
    std::vector<TextRow> rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        TextRow texts;
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            const char* value = PQgetvalue(result.get(), row, column);
            if (PQgetisnull(result.get(), row, column) != 0) {
                texts.emplace_back("NULL");
            } else if (PQftype(result.get(), column) == 17) {  // bytea
                std::size_t size = 0;
                unsigned char* octets = PQunescapeBytea(reinterpret_cast<const unsigned char*>(value), &size);
                texts.emplace_back(reinterpret_cast<const char*>(octets), size);
                PQfreemem(octets);
            } else {
                texts.emplace_back(value);
            }
        }
        rows.push_back(std::move(texts));
    }
    return rows;
}

std::string RawServer::refusal(const std::string& sql) {
    const Result result(PQexec(handle_.get(), sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    const std::string message = PQerrorMessage(handle_.get());
    return message.empty() ? "refused" : message;
}

}  // namespace naskah::storage
