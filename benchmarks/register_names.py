"""Names for the registers of the matching's measurements, by group of origin: Faker's lists of other locales and our own.

Nothing here comes from the engine's own data on variants (`caseapp/people/data/`), and nothing there may come from here: what is
measured would measure itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module


@dataclass(frozen=True)
class Names:
    """The names of one group of origin: given names by sex, surnames, and the surnames' forms for women."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]
    feminine: dict[str, str] = field(default_factory=dict)


def _faker(locale: str, *lists: str) -> list[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    found: list[str] = []
    for name in lists:
        found += [one for one in getattr(provider, name) if one.isalpha() or "'" in one or "-" in one]
    return list(dict.fromkeys(found))


def split(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.replace("_", " ") for text in texts for word in text.split()))


def _mixed(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in lists for name in one))


# Surnames that are places: as many as a county has, most of them rare.
_PLACES = [
    head + tail
    for tail in split(
        "ley ton by wick worth ham stead field bourne combe shaw well ford gate croft den hurst man wood row"
    )
    for head in split(
        "Ack Ald Bar Bex Brad Bram Cal Cold Cress Dal Den Earn Elm Fen Gar Hal Har Hol Kel Kirk Lang Ling Mal Mar Nor Oak Pem Ray"
        " Rush Sel Stan Tad Thorn Wal Wex Whit Wor Yard"
    )
]

_WELSH_LAST = split(
    "Jones Davies Evans Thomas Rees Griffiths Powell Pugh Prosser Bevan Bowen Llewellyn Lloyd Vaughan Morgan Rhys Hopkin Pritchard"
    " Probert Parry Gwynne Tudor Cadwallader Maddox Meredith Penry Gethin Beynon Howell Owen Humphreys Ellis"
)
_WELSH_F = split(
    "Angharad Bethan Bronwen Carys Catrin Ceri Cerys Eira Eleri Elin Ffion Glenys Gwen Gwenllian Lowri Mair Mali Megan Menna Nia"
    " Olwen Rhiannon Seren Sian Sioned Tegan Tirion"
)
_WELSH_M = split(
    "Aled Alun Berwyn Bryn Caradog Cai Dafydd Dewi Dylan Emrys Euan Gareth Geraint Gethin Glyn Gruffydd Gwilym Harri Huw Iestyn Ieuan"
    " Ifan Iolo Ioan Iwan Llew Macsen Osian Owain Rhodri Rhys Steffan Tomos Trystan"
)
_SOUTH_ASIAN_F = split(
    "Aaliyah Aafreen Ayesha Aisha Alina Ambreen Amna Anam Aneesa Anum Arooj Asma Ayra Bano Benazir Bushra Dua Eman Faiza Farah Fariha Farzana"
    " Fatima Fatimah Fozia Ghazala Habiba Hafsa Haleema Hania Hareem Hina Hira Humaira Inaya Iqra Iram Javeria Kainat Khadija Kiran Kulsoom"
    " Laiba Lubna Mahira Maimoona Mariam Maryam Mehreen Memoona Misbah Momina Nadia Naila Nasreen Nazia Nida Nimra Noreen Nusrat Parveen"
    " Rabia Rafia Raheela Rashida Razia Ruqayyah Saba Sadia Safa Saima Sakina Saliha Samina Sana Shabana Shaista Shazia Sidra Sobia Sumaiya"
    " Tahira Tayyaba Uzma Wajiha Yasmin Zahra Zainab Zara Zoya Zubaida"
)
_SOUTH_ASIAN_M = split(
    "Muhammad Mohammed Mohammad Abdul Abdullah Adeel Adnan Ahmad Ahmed Ahsan Ali Amaan Ammar Amir Arslan Asad Ashfaq Asif Awais Ayaan Azhar"
    " Bilal Danish Daniyal Ehsan Faisal Faizan Farhan Fawad Ghulam Habib Haider Hamza Haris Hasan Hassan Hussain Ibrahim Idrees Ihsan Imran"
    " Irfan Ismail Jamil Junaid Kamran Kashif Khalid Luqman Mahmood Mansoor Mudassar Mustafa Nadeem Nasir Naveed Nouman Omar Osman Qasim Rayyan"
    " Rizwan Saad Sajid Salman Sarfraz Shahid Shakeel Shoaib Sohail Subhan Sufyan Sulaiman Tahir Talha Tariq Taimoor Umair Umar Usama Usman"
    " Wahid Waqas Waseem Yaqub Yasir Younas Yousuf Yusuf Zain Zakariya Zeeshan Zubair"
)
_SOUTH_ASIAN_LAST = split(
    "Khan Hussain Ahmed Ali Begum Akhtar Mahmood Shah Malik Iqbal Bibi Mirza Chaudhry Butt Qureshi Siddiqui Sheikh Rehman Raza Rafiq Saleem"
    " Javed Kauser Parveen Nawaz Bashir Yaqoob Hanif Yousaf Riaz Aziz Ghafoor Kayani Abbasi Awan Bhatti Dar Gondal Janjua Jutt Kazmi Lone"
    " Lodhi Mughal Naqvi Niazi Rana Raja Sabir Satti Shafiq Sultan Tanoli Uddin Miah Islam Rahman Khatun Choudhury Haque Hoque Alam Karim"
    " Patel Singh Kaur Sharma Gill Sandhu Dhillon Grewal Sidhu Mann Johal Bains Rai Virk"
)
_POLISH_STEMS = split(
    "Kowal Wiśniew Kamiń Lewandow Zieliń Szymań Dąbrow Kozłow Jankow Kwiatkow Piotrow Grabow Pawłow Michal Zawadz Jabłoń Wróblew Majew"
    " Olszew Malinow Jaworow Adam Nowic Sadow Rutkow Wysoc Górn Baranow Sikor Ostrow Tomaszew Makow Zakrzew Borkow Czarnec Sokołow"
)
_POLISH_LAST = split(
    "Nowak Wójcik Kowalczyk Woźniak Mazur Krawczyk Kaczmarek Zając Król Wieczorek Jabłonek Duda Adamczyk Stępień Pawlak Sikora Walczak Baran"
    " Szewczyk Pietrzak Marciniak Bąk Wilk Lis Kubiak Czarny Gajda Mróz Urban Kos Szczepaniak Kołodziej Błaszczyk Przybysz Szulc Cieślak"
)
_POLISH_F = split(
    "Zuzanna Julia Maja Zofia Hanna Lena Alicja Oliwia Aleksandra Natalia Wiktoria Amelia Katarzyna Agnieszka Małgorzata Joanna Magdalena"
    " Monika Ewelina Karolina Paulina Dominika Weronika Gabriela Nikola Martyna Iga Pola Liliana Łucja Jagoda Kinga Marcelina Anna Barbara"
)
_SLOVAK_LAST = split(
    "Horváth Kováč Balog Tancoš Žiga Pačan Červeňák Bilý Giňa Oračko Gažik Kandráč Čonka Ferko Dunka Mirga Polhoš Holub Demeter Rác Lakatoš"
    " Berky Oláh Duda Kroka Sivák Kotlár Pokuta Bandy Badžo Šándor Cicko Gábor Pecha Tulej Siváček Karička Cina Gunár Klempár Bartoš"
)
_SOMALI_F = split(
    "Aamina Amina Asha Asli Ayaan Barni Caasha Deeqa Deqa Faadumo Fadumo Farhiya Fartun Fathia Fowsiya Habiibo Halimo Hamdi Hani Hibo Hodan"
    " Idil Ifrah Iman Khadra Ladan Layla Leylo Muna Nasra Nimco Nimo Qamar Rahma Ruqiya Saado Sagal Sahra Samira Shukri Suad Ubah Ugbad"
    " Warsan Yasmiin Zahra Zamzam Zeinab"
)
_SOMALI_M = split(
    "Abdi Abdikadir Abdinasir Abdirahman Abdirizak Abdullahi Abshir Ahmed Aden Ayanle Bashir Cabdi Cali Daahir Dahir Farah Faysal Guled Hassan"
    " Hirsi Hussein Ibrahim Ismail Jama Khalid Liban Mahad Mohamed Mohamud Muse Mukhtar Nur Omar Osman Roble Sadaq Said Sharmarke Suleiman"
    " Warsame Yahya Yusuf Yonis Zakaria"
)
_SOMALI_LAST = split(
    "Mohamed Ali Hassan Abdi Ahmed Farah Hussein Warsame Jama Ibrahim Omar Nur Yusuf Osman Abdullahi Aden Ismail Muse Dualeh Egal Guled Hersi"
    " Hirsi Mohamud Elmi Samatar Duale Sheikh Barre Roble Wehliye Abukar Shire Haji Barkhad Awale Gedi Kahin Artan Diriye"
)
_ARABIC_F = split(
    "Aaliyah Abeer Ahlam Alaa Amal Amani Amira Asmaa Aya Ayat Basma Dalal Dalia Dana Dima Dunya Farah Ghada Hala Hanan Hanin Heba Huda Iman"
    " Israa Jana Joud Judy Lama Lamar Leen Lina Lujain Malak Marwa Maryam May Maysa Nada Nadine Nour Ola Rana Rasha Rawan Reem Rima Ruba Salma"
    " Samah Sara Sarah Shahd Shaima Suha Tala Taleen Wafa Yara Yasmin Zainab"
)
_ARABIC_M = split(
    "Abdulrahman Adham Ahmad Ali Amjad Anas Ayham Ayman Aziz Bashar Basel Bilal Fadi Faris Firas Ghaith Hadi Haitham Hamza Hassan Hisham"
    " Hussein Ibrahim Ihab Jad Jamal Kareem Karim Khaled Laith Louay Mahmoud Majd Malek Marwan Mazen Mohammad Mohamad Mustafa Nabil Nasser Omar"
    " Osama Qais Qusai Rami Rayan Saad Sami Samir Tamer Tareq Wael Walid Yahya Yaman Yazan Youssef Zaid Ziad"
)
_ARABIC_LAST = split(
    "Al-Ahmad Al-Ali Al-Hassan Al-Hussein Al-Khatib Al-Masri Al-Najjar Al-Omar Al-Rashid Al-Saleh Al-Sayed Alhaj Alkurdi Alshami Awad Aziz"
    " Darwish Eid Fares Haddad Hamdan Hamoud Hijazi Issa Jaber Khalaf Khalil Khoury Mahmoud Mansour Mousa Mustafa Nasser Omar Othman Qasim Saad"
    " Sabbagh Saeed Salem Shaaban Sharif Suleiman Taha Yassin Younes Zaidan Zidan"
)
_WEST_AFRICAN_LAST = split(
    "Okafor Okonkwo Eze Obi Nwosu Nwachukwu Okoro Chukwu Onyeka Adeyemi Adebayo Adeleke Afolabi Akinola Akintola Alabi Bakare Balogun Ogunleye"
    " Ojo Oladipo Olawale Oluwole Oyelaran Salako Sanni Mensah Boateng Owusu Asante Appiah Osei Agyeman Amoah Darko Frimpong Ofori Quaye Sarpong"
    " Tetteh Yeboah Jalloh Kamara Sesay Bangura Conteh Koroma Diallo Bah Barry Sow Ceesay Jallow Touray Camara Traore Kone"
)
_ROMANIAN_LAST = split(
    "Popescu Ionescu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Marin Constantin Lazăr Florea Dobre Barbu Nistor Florescu Dinu"
    " Dragomir Stănescu Neagu Nedelcu Toma Lăcătuş Căldărar Rostaş Covaci Moldovan Mureşan Bălan Enache Cristea Tănase Voicu Manea Ilie Preda"
)


def _feminine_polish(stem: str) -> tuple[str, str]:
    ends = "cki" if stem.endswith(("Now", "Wyso", "Czarne")) else "ski"
    return stem + ends, stem + ends[:-1] + "a"


def _feminine_slovak(last: str) -> str:
    if last.endswith("ý"):
        return last[:-1] + "á"
    base = last[:-1] if last[-1] in "ao" else last
    return base + "ová"


_POLISH_PAIRS = dict(_feminine_polish(stem) for stem in _POLISH_STEMS)
_SLOVAK_PAIRS = {last: _feminine_slovak(last) for last in _SLOVAK_LAST}


def _irish_lasts() -> list[str]:
    return [one for one in _faker("en_IE", "last_names") if len(one) < 14]


GROUPS: dict[str, Names] = {
    "british": Names(
        _mixed(_faker("en_GB", "first_names_female")),
        _mixed(_faker("en_GB", "first_names_male")),
        _mixed(_faker("en_GB", "last_names"), _PLACES),
    ),
    "irish": Names(
        _mixed(_faker("en_IE", "first_names_female")),
        _mixed(_faker("en_IE", "first_names_male")),
        _mixed(
            split(
                "Murphy O'Brien O'Connor McCarthy O'Neill Gallagher Doherty McLaughlin O'Reilly McDonagh Ward Connors Maughan"
            ),
            _irish_lasts(),
        ),
    ),
    "welsh": Names(_WELSH_F, _WELSH_M, _WELSH_LAST),
    "south_asian": Names(
        _mixed(_SOUTH_ASIAN_F, _faker("en_IN", "first_names_female")[::3]),
        _mixed(_SOUTH_ASIAN_M, _faker("en_IN", "first_names_male")[::3]),
        _mixed(_SOUTH_ASIAN_LAST, _faker("en_PK", "last_names")[::4], _faker("en_IN", "last_names")[::4]),
    ),
    "polish": Names(
        _mixed(_POLISH_F, _faker("pl_PL", "first_names_female")),
        _mixed(_faker("pl_PL", "first_names_male")),
        _mixed(_POLISH_PAIRS, _POLISH_LAST),
        _POLISH_PAIRS,
    ),
    "slovak_roma": Names(
        _mixed(_faker("sk_SK", "first_names_female")[::2], _faker("cs_CZ", "first_names_female")[::3]),
        _mixed(_faker("sk_SK", "first_names_male")[::2], _faker("cs_CZ", "first_names_male")[::3]),
        _SLOVAK_LAST,
        _SLOVAK_PAIRS,
    ),
    "romanian": Names(
        _mixed(_faker("ro_RO", "first_names_female")[::2]),
        _mixed(_faker("ro_RO", "first_names_male")[::2]),
        _ROMANIAN_LAST,
    ),
    "somali": Names(_SOMALI_F, _SOMALI_M, _SOMALI_LAST),
    "arabic": Names(
        _mixed(_ARABIC_F, _faker("fr_DZ", "first_names_female")),
        _mixed(_ARABIC_M, _faker("fr_DZ", "first_names_male")),
        _mixed(_ARABIC_LAST, _faker("fr_DZ", "last_names")[::3]),
    ),
    "west_african": Names(
        _mixed(
            _faker("tw_GH", "first_names_female")[::2],
            _faker("yo_NG", "first_names_female"),
            _faker("ig_NG", "first_names_female"),
        ),
        _mixed(
            _faker("tw_GH", "first_names_male")[::2],
            _faker("yo_NG", "first_names_male"),
            _faker("ig_NG", "first_names_male"),
        ),
        _mixed(_WEST_AFRICAN_LAST, _faker("yo_NG", "last_names")[::2]),
    ),
    "other": Names(
        _mixed(
            _faker("tr_TR", "first_names_female")[::8],
            _faker("hu_HU", "first_names_female"),
            _faker("pt_PT", "first_names_female"),
        ),
        _mixed(
            _faker("tr_TR", "first_names_male")[::8],
            _faker("hu_HU", "first_names_male"),
            _faker("pt_PT", "first_names_male"),
        ),
        _mixed(_faker("tr_TR", "last_names"), _faker("hu_HU", "last_names"), _faker("pt_PT", "last_names")),
    ),
}

# Shares of families by place: how many of each group live there.
MIXES: dict[str, dict[str, int]] = {
    "valley": {"british": 58, "irish": 5, "welsh": 3, "south_asian": 15, "polish": 5, "slovak_roma": 7, "romanian": 3, "somali": 1, "arabic": 2, "west_african": 1},
    "city": {"british": 34, "irish": 6, "welsh": 2, "south_asian": 22, "polish": 6, "slovak_roma": 4, "romanian": 4, "somali": 6, "arabic": 6, "west_african": 7, "other": 3},
    "coast": {"british": 55, "irish": 6, "welsh": 18, "south_asian": 5, "polish": 6, "slovak_roma": 1, "romanian": 3, "somali": 1, "arabic": 2, "west_african": 2, "other": 1},
}  # fmt: skip

# Spellings of one name, as they stand on forms. One line each.
_SPELLINGS = """
Mohammed Muhammad Mohamed Mohammad Muhammed Mohamad
Ahmed Ahmad Ahmet
Hussain Hussein Husain Hussien
Hassan Hasan Hassen
Aisha Ayesha Aaisha Aysha Aishah
Fatima Fatimah Fatema Fathima
Zainab Zaynab Zeinab Zainub
Maryam Mariam Mariyam Maryum
Khadija Khadijah Khadeeja
Yusuf Yousuf Yousef Youssef Yusef Yousaf
Ibrahim Ibraheem Ebrahim
Ismail Ismaeel Ismael
Umar Omar Omer
Usman Osman Othman Uthman
Abdullah Abdallah Abdulla
Abdirahman Abdurahman Abdulrahman
Bilal Belal
Hamza Hamzah
Haris Harris Harith
Khalid Khaled
Tariq Tareq Tarek
Zakariya Zakaria Zakariyya
Sulaiman Suleiman Suleman Sulayman
Idrees Idris
Yaqub Yaqoob Yakub
Mustafa Mustapha Moustafa
Sumaiya Sumayya Sumaya
Ruqayyah Ruqaya Ruqiya
Aaliyah Aliya Alia
Safa Safaa
Yasmin Yasmeen Yasmine Jasmin
Layla Leila Laila Leyla
Sara Sarah
Nour Noor Nur
Faadumo Fadumo
Caasha Asha
Chaudhry Choudhury Chowdhury Chaudhary
Rehman Rahman
Siddiqui Siddique Sidiqui
Qureshi Quraishi Koreshi
Sheikh Shaikh Shaykh
Mahmood Mahmoud Mehmood
Mohamud Mahamud
Butt Bhatt
Kauser Kousar Kausar
Zofia Sofia Sophia
Wiktoria Victoria Viktoria
Oliwia Olivia
Katarzyna Catarina
Aleksandra Alexandra
Aleksander Alexander
Jakub Yakub
Mateusz Matheus
Krzysztof Kristof
Wójcik Wojcik
Wiśniewski Wisniewski Vishnevski
Nowak Novak
Kowalski Kovalski
Horváth Horvath Horvat
Kováč Kovac Kovacs
Žiga Ziga
Červeňák Cervenak
Giňa Gina
Tancoš Tancos
Lakatoš Lakatos
Oláh Olah
Zuzana Zuzanna Susana
Kristína Kristina Christina
Štefan Stefan
Ştefan Stefan
Lăcătuş Lacatus
Rostaş Rostas
Sian Siân
Rhys Reece Rees Reese
Catrin Katrin
Cerys Carys
Owain Owen
Ifan Evan
Tomos Thomas
Gethin Gethen
Dafydd David
Meredith Meridith
Catherine Katherine Kathryn Katharine Cathryn
Stephen Steven
Geoffrey Jeffrey
Jonathan Johnathan Jonathon
Nicholas Nicolas
Philip Phillip
Deborah Debra
Elisabeth Elizabeth
Ann Anne
Lynn Lynne
Claire Clare
Rachel Rachael
Rebecca Rebekah
Teresa Theresa
Caroline Carolyn
Lesley Leslie
Gillian Jillian
Hayley Haley
Stacey Stacy
Tracey Tracy
Kerry Kerrie
Kelly Kelley
Lindsay Lindsey
Natalie Nathalie
Vanessa Venessa
Jodie Jody
Abbie Abby Abbi Abigail
Aidan Aiden Aedan
Conor Connor
Sean Shaun Shawn
Niall Neil
Ciara Keira Kiera
Caoimhe Keeva
Aoife Eefa
Siobhan Shivaun
Sinead Shinade
Eoin Owen
Cian Kian
Clark Clarke
Davies Davis
Harris Harries
Read Reid Reed
Smith Smyth
Stephenson Stevenson
Phillips Philips
Thompson Thomson
Nicholson Nicolson
Matthews Mathews
Griffiths Griffith
Gallagher Gallacher
Doherty Docherty Dougherty
McLaughlin McLoughlin
O'Reilly O'Riley
Byrne Burn
Llewellyn Llewelyn
Pritchard Prichard
Vaughan Vaughn
Rees Reece
Chukwu Chuku
Olawale Olawali
Adebayo Adebayor
Jallow Jalloh Diallo
Camara Kamara
Mensah Mensa
Kofi Koffi
Kwame Kwami
Esi Essie
Abena Abenaa
"""
SPELLINGS: dict[str, list[str]] = {}
for _line in _SPELLINGS.split("\n"):
    for _name in _line.split():
        SPELLINGS.setdefault(_name, []).extend(other for other in _line.split() if other != _name)

# What people of a name are called at home.
_CALLED = """
Alexander Alex Sandy Xander
Alexandra Alex Lexi Sandra
Andrew Andy Drew
Anthony Tony Ant
Benjamin Ben Benji
Catherine Cath Kate Cathy
Charles Charlie Chaz
Christine Chris Chrissie
Christopher Chris Kit
Daniel Dan Danny
David Dave Davey
Deborah Debbie Debs
Dominic Dom
Donald Don
Edward Eddie Ted Ned
Elizabeth Lizzie Beth Liz Betty Libby
Francesca Fran Frankie
Frederick Fred Freddie
Gemma Gem
Georgina Georgie Gina
Gerald Gerry
Gregory Greg
Harriet Hattie
Jacqueline Jackie
James Jim Jimmy Jamie
Janet Jan
Jennifer Jen Jenny
Jessica Jess Jessie
Joanne Jo
Jonathan Jon Jonny
Joseph Joe Joey
Joshua Josh
Josephine Josie Jo
Katherine Kate Katie Kathy
Kathleen Kath Kathy
Kenneth Ken Kenny
Kimberley Kim
Lawrence Larry
Leonard Len Lenny
Margaret Maggie Meg Peggy
Matthew Matt Matty
Michael Mike Mick Mikey
Mohammed Mo
Mohammad Mo
Mohamed Mo Moha
Muhammad Mo
Natasha Tasha
Nicholas Nick Nicky
Nicola Nicky Nikki
Oliver Ollie
Pamela Pam
Patricia Pat Trish Tricia
Patrick Paddy Pat
Peter Pete
Philip Phil
Rebecca Becky Becca
Richard Rich Dick Ricky
Robert Rob Bob Bobby
Ronald Ron Ronnie
Samantha Sam Sammy
Samuel Sam Sammy
Sandra Sandy
Sebastian Seb
Stephanie Steph
Stephen Steve
Stewart Stu
Stuart Stu
Susan Sue Susie
Terence Terry
Theresa Tess
Thomas Tom Tommy
Timothy Tim Timmy
Valerie Val
Victoria Vicky Tori
Vincent Vince
William Bill Will Billy Liam
Zachary Zac
Angharad Hari
Gwenllian Gwen
Rhiannon Rhi
Gareth Gaz
Katarzyna Kasia
Aleksandra Ola
Małgorzata Gosia
Agnieszka Aga
Joanna Asia
Magdalena Magda
Zuzanna Zuza
Jakub Kuba
Mateusz Mati
Tomasz Tomek
Michał Misiek
Krzysztof Krzysiek
Natalia Nati
Karolina Karola
Zuzana Zuzka
Jozef Jožko
Ladislav Laco
Štefan Pišta
Katarína Katka
Mária Majka
Alexandru Alex Sandu
Constantin Costel
Elena Ileana
Maria Mia
Abdullah Abdul
Abdirahman Abdi
Abdulrahman Abood
Yusuf Yus
Ibrahim Ibby
Khadija Khadi
Fatima Fati
Zainab Zee
Mustafa Musty
Babatunde Tunde
Olufemi Femi
Oluwaseun Seun
Olumide Mide
Chinedu Edu
Chiamaka Amaka
Emmanuel Emma
"""
CALLED = {words[0]: words[1:] for line in _CALLED.split("\n") if (words := line.split())}
