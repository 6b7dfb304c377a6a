#include "tests/support/authority.h"

#include <httplib.h>
#include <openssl/cms.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <thread>

namespace naskah::tests {

namespace {

using std::chrono::days;

std::time_t seconds_of(Instant instant) { return std::chrono::system_clock::to_time_t(instant); }

void need(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("test authority: ") + what);
}

struct Identity {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;
};

struct Wish {
    std::string name;
    std::vector<std::pair<int, std::string>> extensions;
    Instant from, until;
    bool rsa = false;
};

Identity make(const Wish& wish, const Identity* issuer) {
    static std::atomic<long> serial = 1000;
    Identity made;
    made.key.reset(wish.rsa ? EVP_RSA_gen(2048u) : EVP_EC_gen("P-256"), EVP_PKEY_free);
    made.certificate.reset(X509_new(), X509_free);
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(certificate), seconds_of(wish.from));
    ASN1_TIME_set(X509_getm_notAfter(certificate), seconds_of(wish.until));
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "C", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("ID"), -1, -1,
                               0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
    X509* above = issuer != nullptr ? issuer->certificate.get() : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(above));
    X509_set_pubkey(certificate, made.key.get());
    X509V3_CTX context;
    X509V3_set_ctx(&context, above, certificate, nullptr, nullptr, 0);
    auto extensions = wish.extensions;
    extensions.emplace_back(NID_subject_key_identifier, "hash");
    if (issuer != nullptr) extensions.emplace_back(NID_authority_key_identifier, "keyid:always");
    for (const auto& [nid, value] : extensions) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        need(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
        X509_EXTENSION_free(extension);
    }
    need(X509_sign(certificate, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0,
         "sign");
    return made;
}

template <class Object, class Encode>
std::string der(const Object* object, Encode encode) {
    unsigned char* start = nullptr;
    const int size = encode(object, &start);
    need(size > 0, "DER");
    std::string text(reinterpret_cast<char*>(start), static_cast<std::size_t>(size));
    OPENSSL_free(start);
    return text;
}

template <class Object, class Write>
std::string pem(Object* object, Write write) {
    BIO* memory = BIO_new(BIO_s_mem());
    need(write(memory, object) == 1, "PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    std::string copy(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    return copy;
}

}  // namespace

struct Authority::Inside {
    Options options;
    Authority& self;
    httplib::Server server;
    std::thread thread;
    int port = 0;
    mutable std::mutex mutex;
    mutable std::map<std::string, int> asked;
    Identity root, intermediate, rsa, ecdsa, stamper, next_stamper, expired_stamper, responder, stranger_root,
        stranger_stamper, stranger_responder, other_use, unauthorised, listed_responder;

    Inside(Options the_options, Authority& the_self) : options(the_options), self(the_self) {
        port = server.bind_to_any_port("127.0.0.1");
        need(port > 0, "port");
        make_identities();
        serve();
        thread = std::thread([this] { server.listen_after_bind(); });
        while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ~Inside() {
        server.stop();
        thread.join();
    }

    std::string address(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port) + path;
    }

    void make_identities() {
        const Instant from = options.begun;
        const auto authority = [&](const std::string& name, const std::string& where) {
            return Wish{
                name,
                where.empty()
                    ? std::vector<std::pair<int, std::string>>{{NID_basic_constraints, "critical,CA:TRUE"},
                                                               {NID_key_usage,
                                                                "critical,keyCertSign,cRLSign"}}
                    : std::vector<std::pair<int, std::string>>{{NID_basic_constraints, "critical,CA:TRUE"},
                                                               {NID_key_usage,
                                                                "critical,keyCertSign,cRLSign"},
                                                               {NID_info_access,
                                                                "OCSP;URI:" + address("/ocsp-root")},
                                                               {NID_crl_distribution_points,
                                                                "URI:" + address("/root.crl")}},
                from, from + days(7300), options.rsa};
        };
        root = make(authority("Akar Uji CONTOH", ""), nullptr);
        intermediate = make(authority("CA Uji CONTOH", "x"), &root);
        const std::string ocsp = "OCSP;URI:" + address("/ocsp") + ",caIssuers;URI:" + address("/ca.cer");
        for (const bool is_rsa : {true, false}) {
            Wish wish{"Kepala Dinas Uji CONTOH",
                      {{NID_key_usage, "critical,digitalSignature,nonRepudiation"}, {NID_info_access, ocsp}},
                      from,
                      from + options.signer_lives,
                      is_rsa};
            (is_rsa ? rsa : ecdsa) = make(wish, &intermediate);
        }
        const std::vector<std::pair<int, std::string>> stamping{
            {NID_key_usage, "critical,digitalSignature"},
            {NID_ext_key_usage, "critical,timeStamping"},
            {NID_crl_distribution_points, "URI:" + address("/ca.crl")}};
        stamper =
            make({"TSA Uji CONTOH", stamping, from, from + options.stamp_lives, options.rsa}, &intermediate);
        next_stamper =
            make({"TSA Baru CONTOH", stamping, from, from + options.stamp_lives + days(3650), options.rsa},
                 &intermediate);
        expired_stamper =
            make({"TSA Lama CONTOH", stamping, from - days(400), from - days(30)}, &intermediate);
        other_use = make({"Bukan TSA CONTOH",
                          {{NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, "clientAuth"}},
                          from,
                          from + days(365)},
                         &intermediate);
        responder = make({"OCSP Uji CONTOH",
                          {{NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "OCSPSigning"},
                           {NID_id_pkix_OCSP_noCheck, "NULL"}},
                          from,
                          from + days(7300)},
                         &intermediate);
        listed_responder = make(
            {"OCSP Berdaftar CONTOH",
             {{NID_ext_key_usage, "OCSPSigning"}, {NID_crl_distribution_points, "URI:" + address("/ca.crl")}},
             from,
             from + days(365)},
            &intermediate);
        unauthorised = make(
            {"Bukan OCSP CONTOH", {{NID_key_usage, "critical,digitalSignature"}}, from, from + days(365)},
            &intermediate);
        stranger_root = make(authority("Akar Asing CONTOH", ""), nullptr);
        stranger_stamper = make({"TSA Asing CONTOH", stamping, from, from + days(365)}, &stranger_root);
        stranger_responder =
            make({"OCSP Asing CONTOH", {{NID_ext_key_usage, "OCSPSigning"}}, from, from + days(365)},
                 &stranger_root);
    }

    void count(const std::string& path) const {
        const std::lock_guard lock(mutex);
        ++asked[path];
    }

    std::string stamped(const std::string& query, Stamp fault, const Identity& usual) const {
        const auto* at = reinterpret_cast<const unsigned char*>(query.data());
        std::unique_ptr<TS_REQ, decltype(&TS_REQ_free)> request(
            d2i_TS_REQ(nullptr, &at, static_cast<long>(query.size())), &TS_REQ_free);
        need(request != nullptr, "request");
        if (fault == Stamp::wrong_nonce) {
            std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> nonce(ASN1_INTEGER_new(),
                                                                              &ASN1_INTEGER_free);
            ASN1_INTEGER_set(nonce.get(), 4711);
            TS_REQ_set_nonce(request.get(), nonce.get());
        }
        if (fault == Stamp::wrong_imprint) {
            unsigned char other[32] = {1, 2, 3};
            TS_MSG_IMPRINT_set_msg(TS_REQ_get_msg_imprint(request.get()), other, sizeof other);
        }
        const Identity& who = fault == Stamp::expired_certificate ? expired_stamper
                              : fault == Stamp::stranger          ? stranger_stamper
                                                                  : usual;
        std::unique_ptr<TS_RESP_CTX, decltype(&TS_RESP_CTX_free)> context(TS_RESP_CTX_new(),
                                                                          &TS_RESP_CTX_free);
        ASN1_OBJECT* policy = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
        TS_RESP_CTX_set_def_policy(context.get(), policy);
        ASN1_OBJECT_free(policy);
        need(TS_RESP_CTX_set_signer_cert(context.get(), who.certificate.get()) == 1, "TSA certificate");
        TS_RESP_CTX_set_signer_key(context.get(), who.key.get());
        TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256());
        TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256());
        if (fault != Stamp::rejected) TS_RESP_CTX_add_md(context.get(), EVP_sha256());
        STACK_OF(X509)* chain = sk_X509_new_null();
        sk_X509_push(chain, fault == Stamp::stranger ? stranger_root.certificate.get()
                                                     : intermediate.certificate.get());
        if (fault == Stamp::grown) sk_X509_push(chain, root.certificate.get());
        TS_RESP_CTX_set_certs(context.get(), chain);
        sk_X509_free(chain);
        struct Time {
            long seconds, micros;
        } time{static_cast<long>(seconds_of(self.now())) - (fault == Stamp::other_time ? 86'400 : 0), 0};
        if (fault == Stamp::expired_certificate) time.seconds = static_cast<long>(seconds_of(self.now()));
        if (fault == Stamp::with_fraction) {
            TS_RESP_CTX_set_clock_precision_digits(context.get(), 6);
            time.micros = 123'456;
        }
        TS_RESP_CTX_set_time_cb(
            context.get(),
            [](TS_RESP_CTX*, void* data, long* seconds, long* micros) {
                *seconds = static_cast<Time*>(data)->seconds;
                *micros = static_cast<Time*>(data)->micros;
                return 1;
            },
            &time);
        TS_RESP_CTX_set_serial_cb(
            context.get(),
            [](TS_RESP_CTX*, void*) {
                static std::atomic<long> next = 1;
                ASN1_INTEGER* serial = ASN1_INTEGER_new();
                ASN1_INTEGER_set(serial, ++next);
                return serial;
            },
            nullptr);
        const std::string sent = der(request.get(), i2d_TS_REQ);
        BIO* in = BIO_new_mem_buf(sent.data(), static_cast<int>(sent.size()));
        std::unique_ptr<TS_RESP, decltype(&TS_RESP_free)> response(TS_RESP_create_response(context.get(), in),
                                                                   &TS_RESP_free);
        BIO_free(in);
        need(response != nullptr, "response");
        std::string answer = fault == Stamp::certificate_for_other_use ? signed_by_another(response.get())
                                                                       : der(response.get(), i2d_TS_RESP);
        if (fault == Stamp::tampered) answer.back() = static_cast<char>(answer.back() ^ 1);
        if (fault == Stamp::truncated) answer.resize(answer.size() / 2);
        return answer;
    }

    // The same content, signed by a certificate that may sign other things.
    std::string signed_by_another(TS_RESP* response) const {
        const std::string info = der(TS_RESP_get_tst_info(response), i2d_TS_TST_INFO);
        BIO* content = BIO_new_mem_buf(info.data(), static_cast<int>(info.size()));
        constexpr unsigned flags = CMS_PARTIAL | CMS_BINARY;
        CMS_ContentInfo* cms = CMS_sign(nullptr, nullptr, nullptr, content, flags);
        need(cms != nullptr && CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1 &&
                 CMS_set_detached(cms, 0) == 1 &&
                 CMS_add1_signer(cms, other_use.certificate.get(), other_use.key.get(), EVP_sha256(),
                                 CMS_CADES | CMS_BINARY | CMS_PARTIAL) != nullptr &&
                 CMS_final(cms, content, nullptr, CMS_BINARY) == 1,
             "CMS");
        const std::string token = der(cms, i2d_CMS_ContentInfo);
        CMS_ContentInfo_free(cms);
        BIO_free(content);
        const auto* at = reinterpret_cast<const unsigned char*>(token.data());
        PKCS7* pkcs7 = d2i_PKCS7(nullptr, &at, static_cast<long>(token.size()));
        const auto* inside = reinterpret_cast<const unsigned char*>(info.data());
        TS_TST_INFO* copy = d2i_TS_TST_INFO(nullptr, &inside, static_cast<long>(info.size()));
        TS_RESP_set_tst_info(response, pkcs7, copy);
        return der(response, i2d_TS_RESP);
    }

    std::string about(const std::string& question, bool of_root, Ocsp fault) const {
        const auto* at = reinterpret_cast<const unsigned char*>(question.data());
        std::unique_ptr<OCSP_REQUEST, decltype(&OCSP_REQUEST_free)> request(
            d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(question.size())), &OCSP_REQUEST_free);
        need(request != nullptr, "OCSP request");
        if (fault == Ocsp::try_later) {
            OCSP_RESPONSE* later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, nullptr);
            std::string text = der(later, i2d_OCSP_RESPONSE);
            OCSP_RESPONSE_free(later);
            return text;
        }
        OCSP_CERTID* id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0));
        if (fault == Ocsp::about_another)
            id = OCSP_cert_to_id(EVP_sha1(), responder.certificate.get(), intermediate.certificate.get());
        const long age = fault == Ocsp::stale ? 30L * 86'400 : 60;
        ASN1_TIME* from = ASN1_TIME_set(nullptr, seconds_of(self.now()) - age);
        ASN1_TIME* next = ASN1_TIME_set(nullptr, seconds_of(self.now()) - age + 86'400);
        OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
        const int status = fault == Ocsp::revoked   ? V_OCSP_CERTSTATUS_REVOKED
                           : fault == Ocsp::unknown ? V_OCSP_CERTSTATUS_UNKNOWN
                                                    : V_OCSP_CERTSTATUS_GOOD;
        OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                               status == V_OCSP_CERTSTATUS_REVOKED ? from : nullptr, from, next);
        const Identity& who = of_root                       ? root
                              : fault == Ocsp::stranger     ? stranger_responder
                              : fault == Ocsp::with_list    ? listed_responder
                              : fault == Ocsp::unauthorised ? unauthorised
                                                            : responder;
        need(OCSP_basic_sign(basic, who.certificate.get(), who.key.get(), EVP_sha256(), nullptr, 0) == 1,
             "OCSP");
        OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        std::string text = der(response, i2d_OCSP_RESPONSE);
        OCSP_RESPONSE_free(response);
        OCSP_BASICRESP_free(basic);
        ASN1_TIME_free(from);
        ASN1_TIME_free(next);
        if (fault == Ocsp::about_another) OCSP_CERTID_free(id);
        return text;
    }

    std::shared_ptr<X509_CRL> revocation_list(const Identity& issuer, List fault) const {
        std::shared_ptr<X509_CRL> made(X509_CRL_new(), X509_CRL_free);
        X509_CRL_set_version(made.get(), 1);
        X509_CRL_set_issuer_name(made.get(), X509_get_subject_name(issuer.certificate.get()));
        const long age = fault == List::stale ? 30L * 86'400 : 60;
        ASN1_TIME* time = ASN1_TIME_set(nullptr, seconds_of(self.now()) - age);
        X509_CRL_set1_lastUpdate(made.get(), time);
        ASN1_TIME_set(time, seconds_of(self.now()) - age + 86'400);
        X509_CRL_set1_nextUpdate(made.get(), time);
        if (fault == List::revoked) {
            X509_REVOKED* entry = X509_REVOKED_new();
            X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(stamper.certificate.get()));
            ASN1_TIME_set(time, seconds_of(self.now()) - 60);
            X509_REVOKED_set_revocationDate(entry, time);
            X509_CRL_add0_revoked(made.get(), entry);
        }
        ASN1_TIME_free(time);
        X509_CRL_sort(made.get());
        const Identity& signer = fault == List::stranger ? stranger_root : issuer;
        need(X509_CRL_sign(made.get(), signer.key.get(), EVP_sha256()) > 0, "CRL");
        return made;
    }

    void answer_stamp(const httplib::Request& request, httplib::Response& response, Stamp fault,
                      const Identity& usual) const {
        count(request.path);
        if (self.stamps_left == 0) fault = Stamp::silent;
        if (self.stamps_left > 0) --self.stamps_left;
        if (fault == Stamp::silent) {
            std::this_thread::sleep_for(std::chrono::milliseconds(400));
            return;
        }
        if (fault == Stamp::html)
            return response.set_content("<html><body>Masuk dahulu</body></html>", "text/html");
        if (fault == Stamp::empty) return response.set_content("", "application/timestamp-reply");
        if (fault == Stamp::status_500) {
            response.status = 500;
            return;
        }
        if (fault == Stamp::too_large)
            return response.set_content(std::string(1 << 20, 'x'), "application/timestamp-reply");
        response.set_content(stamped(request.body, fault, usual), "application/timestamp-reply");
    }

    void serve() {
        server.Post("/tsa", [this](const httplib::Request& request, httplib::Response& response) {
            answer_stamp(request, response, self.stamp, stamper);
        });
        server.Post("/tsa-baru", [this](const httplib::Request& request, httplib::Response& response) {
            answer_stamp(request, response, self.stamp, next_stamper);
        });
        server.Post("/tsa2", [this](const httplib::Request& request, httplib::Response& response) {
            answer_stamp(request, response, self.second_stamp, stamper);
        });
        server.Post("/ocsp", [this](const httplib::Request& request, httplib::Response& response) {
            count(request.path);
            if (self.ocsp == Ocsp::silent) return std::this_thread::sleep_for(std::chrono::milliseconds(400));
            if (self.ocsp == Ocsp::html) return response.set_content("<html></html>", "text/html");
            response.set_content(about(request.body, false, self.ocsp), "application/ocsp-response");
        });
        server.Post("/ocsp-root", [this](const httplib::Request& request, httplib::Response& response) {
            count(request.path);
            response.set_content(about(request.body, true, Ocsp::good), "application/ocsp-response");
        });
        server.Get("/ca.cer", [this](const httplib::Request& request, httplib::Response& response) {
            count(request.path);
            response.set_content(der(intermediate.certificate.get(), i2d_X509), "application/pkix-cert");
        });
        server.Get("/ca.crl", [this](const httplib::Request& request, httplib::Response& response) {
            count(request.path);
            if (self.list == List::html) return response.set_content("<html></html>", "text/html");
            if (self.list == List::too_large)
                return response.set_content(std::string((16 << 20) + 1, 'x'), "application/pkix-crl");
            response.set_content(der(revocation_list(intermediate, self.list).get(), i2d_X509_CRL),
                                 "application/pkix-crl");
        });
        server.Get("/root.crl", [this](const httplib::Request& request, httplib::Response& response) {
            count(request.path);
            response.set_content(der(revocation_list(root, List::fresh).get(), i2d_X509_CRL),
                                 "application/pkix-crl");
        });
    }
};

Authority::Authority(Options options) : inside_(std::make_unique<Inside>(options, *this)) {
    root_pem_ = pem(inside_->root.certificate.get(), PEM_write_bio_X509);
    intermediate_pem_ = pem(inside_->intermediate.certificate.get(), PEM_write_bio_X509);
}
Authority::~Authority() = default;

Instant Authority::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
           std::chrono::seconds(ahead_seconds);
}

int Authority::asked(const std::string& path) const {
    const std::lock_guard lock(inside_->mutex);
    return inside_->asked[path];
}

std::string Authority::address(const std::string& path) const { return inside_->address(path); }

Bytes Authority::signer(bool rsa, bool alone) const {
    const Identity& who = rsa ? inside_->rsa : inside_->ecdsa;
    STACK_OF(X509)* chain = sk_X509_new_null();
    if (!alone) sk_X509_push(chain, inside_->intermediate.certificate.get());
    PKCS12* file =
        PKCS12_create("contoh", "signer", who.key.get(), who.certificate.get(), chain, 0, 0, 0, 0, 0);
    sk_X509_free(chain);
    const std::string text = der(file, i2d_PKCS12);
    PKCS12_free(file);
    return to_bytes(text);
}

std::string Authority::revocation_list_pem() const {
    return pem(inside_->revocation_list(inside_->intermediate, list).get(), PEM_write_bio_X509_CRL);
}

WebAnswer LocalWeb::ask(const WebRequest& request) {
    const auto begin = request.url.find("//") + 2, slash = request.url.find('/', begin);
    httplib::Client client(request.url.substr(0, slash));
    client.set_connection_timeout(std::chrono::milliseconds(300));
    client.set_read_timeout(std::chrono::milliseconds(300));
    httplib::Headers headers;
    std::string type;
    for (const auto& [name, value] : request.headers)
        if (name == "Content-Type")
            type = value;
        else
            headers.emplace(name, value);
    const std::string path = request.url.substr(slash);
    const std::string body(as_text(request.body));
    const auto result =
        request.method == "POST" ? client.Post(path, headers, body, type) : client.Get(path, headers);
    if (!result) throw WebTrouble{false, "tidak menjawab (" + httplib::to_string(result.error()) + ")"};
    if (result->body.size() > request.largest_answer) throw WebTrouble{false, "jawabannya terlalu besar"};
    WebAnswer answer;
    answer.status = result->status;
    answer.content_type = result->get_header_value("Content-Type");
    answer.body = to_bytes(result->body);
    return answer;
}

}  // namespace naskah::tests
