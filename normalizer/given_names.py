"""Common Indonesian names of persons, and the beginnings of regions' names, with which masking knows a person's name from a place's."""

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

REGIONS: Final = (
    "Aceh|Agam|Alor|Ambon|Asahan|Asmat|Badung|Balangan|Bali|Balikpapan|Banda|Bandar|Bandung|Banggai"
    "|Bangka|Bangkalan|Bangli|Banjar|Banjarbaru|Banjarmasin|Banjarnegara|Bantaeng|Banten|Bantul|Banyuasin"
    "|Banyumas|Banyuwangi|Barito|Barru|Batam|Batang|Batanghari|Batu|Bau|Bekasi|Belitung|Belu|Bener"
    "|Bengkalis|Bengkayang|Bengkulu|Berau|Biak|Bima|Binjai|Bintan|Bireuen|Bitung|Blitar|Blora|Boalemo"
    "|Bogor|Bojonegoro|Bolaang|Bombana|Bondowoso|Bone|Bontang|Boven|Boyolali|Brebes|Bukittinggi|Buleleng"
    "|Bulukumba|Bulungan|Bungo|Buol|Buru|Buton|Ciamis|Cianjur|Cikarang|Cilacap|Cilegon|Cimahi|Cirebon"
    "|Dairi|Deiyai|Deli|Demak|Denpasar|Depok|Dharmasraya|Dogiyai|Dompu|Donggala|Dumai|Empat|Ende"
    "|Enrekang|Fak|Flores|Garut|Gayo|Gianyar|Gorontalo|Gowa|Gresik|Grobogan|Gunung|Gunungkidul"
    "|Gunungsitoli|Halmahera|Hulu|Humbang|Indragiri|Indramayu|Intan Jaya|Jabodetabek|Jakarta|Jambi|Jawa"
    "|Jayapura|Jayawijaya|Jember|Jembrana|Jeneponto|Jepara|Jogja|Jogjakarta|Jombang|Kab|Kabupaten|Kaimana"
    "|Kalimantan|Kampar|Kapuas|Karanganyar|Karangasem|Karawang|Karimun|Karo|Katingan|Kaur|Kayong|Kebumen"
    "|Kediri|Keerom|Kendal|Kendari|Kepahiang|Kepulauan|Kep|Kerinci|Ketapang|Klaten|Klungkung|Kolaka|Konawe"
    "|Kota|Kotabaru|Kotamobagu|Kotawaringin|Kuantan|Kubu|Kudus|Kulon|Kuningan|Kupang|Kutai|Labuhanbatu"
    "|Lahat|Lamandau|Lamongan|Lampung|Landak|Langkat|Langsa|Lanny|Lebak|Lebong|Lembata|Lhokseumawe|Lima"
    "|Lingga|Lombok|Lubuk|Lumajang|Luwu|Madiun|Magelang|Magetan|Mahakam|Majalengka|Majene|Makassar|Malaka"
    "|Malang|Malinau|Maluku|Mamasa|Mamberamo|Mamuju|Manado|Mandailing|Manggarai|Manokwari|Mappi|Maros"
    "|Mataram|Maybrat|Medan|Melawi|Mempawah|Merangin|Merauke|Mesuji|Metro|Mimika|Minahasa|Mojokerto"
    "|Morowali|Muara|Muaro|Mukomuko|Muna|Murung|Musi|Nabire|Nagan|Nagekeo|Natuna|Nduga|Ngada|Nganjuk"
    "|Ngawi|Nias|Nunukan|Nusa|Ogan|Pacitan|Padang|Padangsidimpuan|Pagar|Pakpak|Palangkaraya|Palembang"
    "|Palopo|Palu|Pamekasan|Pandeglang|Pangandaran|Pangkajene|Pangkal|Paniai|Papua|Parepare|Pariaman"
    "|Parigi|Pasaman|Pasangkayu|Paser|Pasuruan|Pati|Payakumbuh|Pegunungan|Pekalongan|Pekanbaru|Pelalawan"
    "|Pemalang|Pematangsiantar|Penajam|Penukal|Pesawaran|Pesisir|Pidie|Pinrang|Pohuwato|Polewali|Ponorogo"
    "|Pontianak|Poso|Prabumulih|Pringsewu|Probolinggo|Provinsi|Pulang|Pulau|Puncak|Purbalingga|Purwakarta"
    "|Purwokerto|Purworejo|Raja|Rejang|Rembang|Riau|Rokan|Rote|Sabang|Sabu|Salatiga|Samarinda|Sambas"
    "|Samosir|Sampang|Sanggau|Sarmi|Sarolangun|Sawahlunto|Sekadau|Seluma|Semarang|Seram|Serang|Serdang"
    "|Seruyan|Siak|Sibolga|Sidenreng|Sidoarjo|Sigi|Sijunjung|Sikka|Simalungun|Simeulue|Singkawang|Sinjai"
    "|Sintang|Situbondo|Sleman|Solo|Solok|Soppeng|Sorong|Sragen|Subang|Subulussalam|Sukabumi|Sukamara"
    "|Sukoharjo|Sulawesi|Sumatera|Sumba|Sumbawa|Sumedang|Sumenep|Sungai|Supiori|Surabaya|Surakarta"
    "|Tabalong|Tabanan|Takalar|Tambrauw|Tana|Tanah|Tangerang|Tanggamus|Tanjung|Tanjungbalai|Tapanuli|Tapin"
    "|Tarakan|Tasikmalaya|Tebing|Tebo|Tegal|Teluk|Temanggung|Ternate|Tidore|Timor|Toba|Toli|Tojo|Tolikara"
    "|Tomohon|Toraja|Trenggalek|Tual|Tuban|Tulang|Tulungagung|Wajo|Wakatobi|Waropen|Way|Wonogiri|Wonosobo"
    "|Yahukimo|Yalimo|Yogyakarta"
)
"""With these the names of provinces, regencies and cities begin (and what people call some of them), as alternatives of a pattern."""

NO_NAMES: Final = (
    "Yang|Yg|Dan|Atau|Serta|Juga|Pun|Saat|Ketika|Waktu|Sejak|Selama|Sampai|Hingga|Dalam|Pada|Oleh|Sama|Bukan|Cuma|Setiap|"
    "Janda|Duda|Yatim|Piatu|Sakit|Hamil|Lahir|Kena|Jatuh|Hilang|Mati|Kerja|Kuliah|Kelas|Lumpuh|Cacat|Difabel|Disabilitas|Stunting|Miskin|"
    "Islam|Muslim|Kristen|Katolik|Hindu|Buddha|Jawa|Sunda|Batak|Minang|Madura|Bugis|Dayak|Melayu|Betawi|Tionghoa|Cina|Arab|Indonesia|"
    "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember|"
    "Rumah|Bank|Universitas|Pondok|Pesantren|Taman|Masjid|Gereja|Pabrik|Toko|Warung|Hotel|Bandara|Stasiun|Terminal|Pelabuhan|Blok|Komplek|"
    "Polri|Polres|Polsek|Polda|Polantas|Tentara|Brimob|Babinsa|Satpam|Satpol|Dosen|Perangkat|Aparat|Aparatur|Oknum|Pejabat|Pengurus|Panitia|"
    "Anggota|Sekretaris|Bendahara|Manajer|Manager|Direksi|Kasat|Kasi|Kabid|Kapten|Sersan|Danramil|Komandan|Pengacara|Notaris|Wakil|Asisten|"
    "Pertamina|Telkom|Telkomsel|Indosat|Indihome|Mandiri|Gojek|Grab|Shopee|Tokopedia|Lazada|Honda|Yamaha|Suzuki|Toyota|Indomaret|Alfamart|"
    "Facebook|Instagram|Whatsapp|Tiktok|Twitter|Samsung|Oppo|Vivo|Xiaomi|Alhamdulillah|Astagfirullah|Insya|Allah|Tuhan|Nama|Korban|Pelaku|"
    "Dis[a-z]+|Di[a-z]{5,}|Men[a-z]{4,}|Mem[a-z]{4,}|Ter[a-z]{4,}|Ber[a-z]{5,}|Pen[a-z]{5,}|Pem[a-z]{4,}|[A-Z][a-z]+nya"
)
"""Capitalised words after somebody's kin that are no name: ordinary words and verbs, offices, bodies and brands."""

KIN: Final = (
    r"anak|suami|istri|isteri|ibu|bapak|ayah|adik|adek|kakak|abang|kakek|nenek|keponakan|ponakan|paman|om|bibi|tante|mertua|menantu|cucu"
    r"|saudara|sepupu|tetangga|teman|kawan|pacar|mantan|ipar|mama|papa|orang\s?tua|murid|siswa|pasien|majikan|rekan|alm|almarhum|almarhumah"
    r"|korban|pelaku|tersangka"
)
"""Words for somebody's kin, and for others whom a report tells of, as alternatives of a pattern."""

OF_NOTHING: Final = (
    "suami|istri|isteri|keponakan|ponakan|paman|bibi|tante|om|mertua|menantu|kakek|nenek|korban|pelaku|tersangka"
)
"""Those after which a name is a person's without a word that says whose kin: a hospital may be one "Ibu dan Anak"."""

WHICH_KIN: Final = "tiri|kandung|perempuan|laki-laki|pertama|kedua|ketiga|bungsu|sulung|angkat|ipar|mertua"
"""Words behind one for kin, which say more of it."""

NO_BEARER: Final = (
    "Mahasiswa|Mahasiswi|Siswa|Siswi|Pelajar|Karyawan|Karyawati|Pegawai|Pedagang|Petani|Nelayan|Orang|Anggota|Pelanggan|Pengguna|Masyarakat|"
    "Alumni|Peserta|Honorer|Perawat|Bidan|Sopir|Pensiunan|Buruh|Korban|Orangtua|Pemilik|Pembeli|Konsumen|Nasabah|Warga|Penduduk|Penumpang|"
    "Sangat|Adalah|Seorang|Selaku|Sebagai|Pindah|Pindahan|Datang|Asal|Berasal|Lulusan|Tinggal|Sekarang|Baru|Masih|Akan|Mau|Ingin|Juga"
)
"""Capitalised words after "saya" that are no name."""
