"""Common Indonesian names of persons, with which masking knows a person's name from a place's after an office or another name."""

from typing import Final

NEVER_A_PLACE: Final = (
    "Abdul|Abdullah|Achmad|Agnes|Agus|Ahmad|Aisyah|Ali|Aminah|Amir|Andi|Andre|Andri|Anggraeni|Anggraini|Anita|Anna|Anton"
    "|Antonius|Anwar|Apriliani|Ardiansyah|Arief|Arif|Asep|Astuti|Baharuddin|Basri|Budianto|Budiono|Burhan|Cahyadi|Cahyono"
    "|Cecep|Christian|Dadang|Daniel|Darmawan|Darwis|David|Dedi|Dedy|Deni|Deny|Diana|Djoko|Dodi|Doni|Donny|Edi|Edy|Efendi"
    "|Effendi|Erna|Ernawati|Erni|Eva|Evi|Fadil|Fadli|Faisal|Farid|Fatimah|Fauzi|Feri|Ferry|Firman|Firmansyah|Fitri|Fitria"
    "|Fransiskus|Gede|Ginting|Gunadi|Habib|Hafiz|Halimah|Hamid|Hamzah|Hanafi|Handoko|Hapsari|Harahap|Hariyanto|Harjono"
    "|Hartanto|Hartono|Harun|Haryanto|Haryono|Hasan|Hasanah|Hastuti|Hendra|Hendrawan|Hendri|Heri|Hermawan|Heru|Ibrahim"
    "|Idris|Ika|Ilham|Imam|Irawan|Irma|Irwan|Iskandar|Ismail|Iwan|Jaka|Jamal|Jamilah|Jefri|Johanes|John|Joko|Jumadi|Kadek"
    "|Karno|Karsono|Kasim|Kasman|Ketut|Kevin|Khadijah|Komar|Kristanto|Kurniasih|Kurniawan|Kusno|Kusumawati|Kuswanto"
    "|Lilis|Linda|Lisa|Lukman|Mahmud|Maimunah|Margono|Marlina|Marsudi|Martinus|Masitoh|Maulana|Mirna|Mohamad|Mohammad"
    "|Muhamad|Muhammad|Mujiono|Mulyadi|Mulyana|Mulyani|Mulyono|Mustafa|Mustofa|Nana|Nani|Nasir|Nasrul|Nasution|Neneng"
    "|Ngadimin|Ngatimin|Ngatini|Nina|Novi|Nugraha|Nugroho|Nuraeni|Nuraini|Nurhayati|Nurjanah|Nurul|Nyoman|Oktaviani|Paijem"
    "|Paijo|Paimin|Painem|Panjaitan|Parjo|Partini|Paulus|Permana|Petrus|Ponijan|Poniman|Ponirah|Pranoto|Prasetya|Prasetyo"
    "|Pratama|Prayitno|Purwadi|Purwanto|Puspita|Puspitasari|Putu|Rachman|Rachmat|Rafi|Rahma|Rahman|Rahmawati"
    "|Ramadhan|Randi|Rani|Ratih|Retno|Reza|Ridwan|Rini|Ririn|Riyadi|Rizki|Rizky|Robert|Rohani|Rohmah|Rohman|Rohmat|Ronald"
    "|Roni|Rosidi|Rosita|Rosmiati|Rosyid|Rudi|Rudy|Rukmini|Rusdi|Rusli|Safitri|Saiful|Samiyem|Samsul|Samuel|Santoso|Saputra"
    "|Saputro|Sariyem|Sarno|Sarwono|Sembiring|Septiani|Setiawan|Setiono|Setyawan|Sholeh|Siahaan|Sihombing|Simanjuntak|Simon"
    "|Sitorus|Situmorang|Soleh|Stefanus|Subagyo|Subroto|Sudarsono|Sudrajat|Sugiarto|Sugiono|Suhardi|Suharto|Suhendra"
    "|Suherman|Sukardi|Sukarno|Sukinem|Sukirman|Sukmawati|Sulastri|Sulistyo|Sumardi|Sumarni|Sumarno|Sumaryono|Sumiati"
    "|Suminah|Sunardi|Sunarti|Sunarto|Sunaryo|Supardi|Suparman|Suparmi|Suparno|Supomo|Suprapto|Supriyadi|Supriyanto"
    "|Supriyono|Surati|Suroso|Suryadi|Suryani|Suryanto|Suryati|Susanti|Susanto|Susilo|Susilowati|Sutanto|Sutarno|Sutopo"
    "|Sutrisno|Suwandi|Suwarno|Suwito|Suyanto|Suyatno|Suyono|Syah|Syahrul|Syaiful|Syamsul|Syarif|Tarigan|Tarmizi|Tarsono"
    "|Tatang|Taufik|Taufiq|Teguh|Tika|Titin|Toni|Tono|Tugiman|Tukiman|Tukinem|Tuti|Tutik|Untung|Usman|Utami|Utomo|Vina"
    "|Wagiman|Wagiyem|Wahid|Wahyu|Wahyudi|Wahyuni|Wardana|Wardhana|Wardoyo|Warsito|Wartini|Wati|Wawan|Wayan|Wibowo|Widi"
    "|Widiastuti|Widjaja|Widya|Wijayanti|Winarno|Winata|Wiwik|Wulan|Wulandari|Yahya|Yani|Yanti|Yanto|Yati|Yenny|Yoga|Yogi"
    "|Yohanes|Yosef|Yudi|Yuli|Yulia|Yuliana|Yulianti|Yulianto|Yunus|Yusuf|Yuwono|Zaenal|Zahra|Zainal|Zainuddin|Zaki"
    "|Zubaidah|Zulkifli"
)
"""Names with which no place of the gazetteer begins, as alternatives of a pattern."""

ALSO_A_PLACE: Final = (
    "Amin|Ani|Aris|Bambang|Budi|Budiman|Dewi|Dian|Dwi|Eko|Endang|Gunawan|Hadi|Hakim|Halim|Handayani|Hidayat|Husein"
    "|Hutagalung|Hutapea|Johan|Kartini|Kurnia|Lina|Lubis|Maman|Manurung|Maria|Mariana|Maya|Mega|Mira"
    "|Nainggolan|Nur|Pangaribuan|Pasaribu|Putra|Putri|Rahmat|Ratna|Rian|Rina|Sandi|Santi|Sarah|Sigit"
    "|Silalahi|Simbolon|Sinaga|Siregar|Siti|Slamet|Sri|Suci|Sudirman|Sugeng|Sulaiman|Susi|Tambunan|Umar|Waluyo"
    "|Widodo|Wijaya|Wiyono|Yeni|Yosua|Yuni"
)
"""Names with which places begin too ("Budi Mulya"): alone, or before any other word, they say nothing."""
