// demo: letters in every state, for the demo office.
#include "workflow/demo.h"

#include "cli/commands.h"
#include "cli/terminal.h"
#include "service/staff.h"

namespace naskah::cli {

int demo(const Common& common) {
    if (common.office.empty())
        throw Error(Code::usage, "folder kantor belum disebut", "",
                    "Tambahkan --office FOLDER, atau isi NASKAH_OFFICE.");
    workflow::Office office = workflow::Office::open(common.office);
    service::Staff staff(office.open_database(), common.office, system_random());
    workflow::Desk desk(std::move(office), system_clock(), system_random(), ask_secret(-1));
    const auto people = [&] {
        std::vector<workflow::Person> all;
        for (const storage::Account& account : staff.accounts().list())
            if (!account.disabled) all.push_back(service::person_of(account));
        return all;
    };
    workflow::fill_demo(desk, system_random(), people, system_clock());
    print("Kantor contoh diisi surat dalam setiap keadaan.\n");
    return 0;
}

}  // namespace naskah::cli
