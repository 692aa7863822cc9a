// An authority, a service and a client with certificates, made for one test.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace tidemark::wire_test {

class TlsFiles {
 public:
  TlsFiles() {
    char pattern[] = "/tmp/tidemark-tls-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    EVP_PKEY* authority = EVP_EC_gen("P-256");
    X509* root = make("authority", authority, nullptr, authority,
                      {{NID_basic_constraints, "critical,CA:TRUE"}});
    write("ca.pem", root, nullptr);
    for (const char* name : {"service", "client"}) {
      EVP_PKEY* key = EVP_EC_gen("P-256");
      X509* certificate =
          make(name, key, root, authority,
               {{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"}});
      write(std::string(name) + ".pem", certificate, nullptr);
      write(std::string(name) + ".key", nullptr, key);
      X509_free(certificate);
      EVP_PKEY_free(key);
    }
    X509_free(root);
    EVP_PKEY_free(authority);
  }
  ~TlsFiles() {
    SSL_CTX_free(server_);
    std::filesystem::remove_all(folder_);
  }

  // ca.pem, service.pem, service.key, client.pem, client.key
  std::string path(const std::string& name) const {
    return folder_ + "/" + name;
  }

  // For a service of OpenSSL's own; `asks`: for the client's certificate.
  SSL_CTX* server(bool asks = false) {
    if (server_ != nullptr) return server_;
    server_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(server_, path("service.pem").c_str(),
                                 SSL_FILETYPE_PEM);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(server_, path("service.key").c_str(),
                                          SSL_FILETYPE_PEM),
              1);
    if (asks) {
      SSL_CTX_load_verify_file(server_, path("ca.pem").c_str());
      SSL_CTX_set_verify(
          server_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return server_;
  }

 private:
  using Extensions = std::vector<std::pair<int, const char*>>;

  static X509* make(const char* name, EVP_PKEY* key, X509* issuer,
                    EVP_PKEY* signer, const Extensions& extensions) {
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), name[0]);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1,
                               -1, 0);
    X509_set_issuer_name(
        made, X509_get_subject_name(issuer != nullptr ? issuer : made));
    for (const auto& [nid, value] : extensions) {
      X509_EXTENSION* extension =
          X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
      X509_add_ext(made, extension, -1);
      X509_EXTENSION_free(extension);
    }
    EXPECT_GT(X509_sign(made, signer, EVP_sha256()), 0);
    return made;
  }

  void write(const std::string& name, X509* certificate, EVP_PKEY* key) {
    FILE* file = std::fopen(path(name).c_str(), "w");
    if (certificate != nullptr) PEM_write_X509(file, certificate);
    if (key != nullptr)
      PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  std::string folder_;
  SSL_CTX* server_ = nullptr;
};

}  // namespace tidemark::wire_test
