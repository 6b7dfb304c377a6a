#include <catch2/catch.hpp>

#include "generator/citizens.h"

using namespace naskah;

TEST_CASE("what names a citizen stays out of a letter's data, wherever the form keeps it") {
    const Json form = parse_json(R"({
      "type": "object",
      "properties": {
        "nama": {"type": "string"},
        "nik": {"type": "string", "format": "nik"},
        "nomor": {"$ref": "#/definitions/nik"},
        "wakil": {"$ref": "#/definitions/orang"},
        "petugas": {"type": "array", "items": {"$ref": "#/definitions/orang"}},
        "saksi": {"type": "array", "items": {"$ref": "#/definitions/nik"}}
      },
      "definitions": {
        "nik": {"type": "string", "format": "nik"},
        "orang": {"type": "object", "properties": {
          "nama": {"type": "string"}, "nik": {"$ref": "#/definitions/nik"}, "atasan": {"$ref": "#/definitions/orang"}}}
      }})",
                                 "formulir");
    const Json data = parse_json(R"({
      "nama": "CONTOH Sri", "nik": "6472015701800001", "nomor": "6472015701800001", "lain": 1,
      "wakil": {"nama": "CONTOH Budi", "nik": "6472015701800001",
                "atasan": {"nama": "CONTOH Ayu", "nik": "6472015701800001"}},
      "petugas": [{"nama": "CONTOH Eka", "nik": "6472015701800001"}, {"nama": "CONTOH Adi"}],
      "saksi": ["6472015701800001"]})",
                                 "data");
    CHECK(generator::without_nik(data, form) == parse_json(R"({
      "nama": "CONTOH Sri", "lain": 1,
      "wakil": {"nama": "CONTOH Budi", "atasan": {"nama": "CONTOH Ayu"}},
      "petugas": [{"nama": "CONTOH Eka"}, {"nama": "CONTOH Adi"}],
      "saksi": []})",
                                                           "harapan"));
}
