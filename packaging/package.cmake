# What an installation holds and the Debian package made of it: ./dev package.
#   bin/naskah, share/naskah/{templates,sop,web}, share/doc/naskah, the units of systemd, /etc/naskah/naskah.env
# Browser files of others (web/vendor.sh) are installed with the pages, so that npm is needed for building only.
install(TARGETS naskah RUNTIME DESTINATION bin)
install(DIRECTORY templates sop DESTINATION share/naskah)
install(DIRECTORY web/pages web/assets DESTINATION share/naskah/web)
install(FILES web/english.json DESTINATION share/naskah/web)
install(DIRECTORY ${CMAKE_BINARY_DIR}/web/vendor DESTINATION share/naskah/web/assets PATTERN ".from" EXCLUDE)
install(DIRECTORY packaging/nginx-pages/ DESTINATION share/naskah/nginx)
install(FILES README.md README.id.md CHANGELOG.md DESTINATION share/doc/naskah)
file(GLOB naskah_documents ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES ${naskah_documents} packaging/debian/copyright DESTINATION share/doc/naskah)
install(FILES packaging/nginx.conf DESTINATION share/doc/naskah/examples)
# What belongs to the system and not below a prefix is installed by the package only.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  install(FILES packaging/naskah.env DESTINATION /etc/naskah)
  install(FILES packaging/naskah.service packaging/naskah-backup.service packaging/naskah-backup.timer
          packaging/naskah-extend.service packaging/naskah-extend.timer
          DESTINATION /lib/systemd/system)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME naskah)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Naskah authors <naskah@contoh.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Official letters of an Indonesian public office: made, numbered, signed, checked")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Naskah makes the official letters (naskah dinas) of a public office as PDF,
numbers them without a gap, has the head of the office sign them (PAdES) and
lets anyone check them by QR code, code or file, each in a browser.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "adduser, fonts-liberation, fonts-texgyre, hyphen-id, icc-profiles-free, poppler-utils, qpdf, init-system-helpers (>= 1.51)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "nginx")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql (>= 15)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/packaging/debian/postinst ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
    ${PROJECT_SOURCE_DIR}/packaging/debian/postrm ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR})
include(CPack)
