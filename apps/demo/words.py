"""The words that the demo is made of: names, places, browsers and studios. All invented, all addresses reserved."""

from typing import NamedTuple


class Place(NamedTuple):
    city: str
    region: str
    country: str
    country_code: str
    continent_code: str
    timezone: str
    language: str


class Folk(NamedTuple):
    """Names that go together, and where their bearers live. Behind a name in another script stand its Latin letters."""

    given: str
    family: str
    places: list[Place]
    family_first: bool = False


class StudioWords(NamedTuple):
    name: str
    host: str
    industry: str


FOLKS = [
    Folk(
        "Aoife Ciara Niamh Orla Conor Declan Fergus Ronan Maeve Sean",
        "Brennan Doyle Gallagher Hanley Kinsella Lacey Moran Nolan Quigley Tierney",
        [
            Place("Dublin", "Leinster", "Ireland", "IE", "EU", "Europe/Dublin", "en-IE"),
            Place("Cork", "Munster", "Ireland", "IE", "EU", "Europe/Dublin", "en-IE"),
        ],
    ),
    Folk(
        "Abigail Caleb Delia Ezra Hannah Jonah Marcus Naomi Tobias Wren",
        "Abernathy Calloway Dunmore Ellsworth Fairbanks Haverford Lockhart Merriweather Pruitt Winslow",
        [
            Place("Portland", "Oregon", "United States", "US", "NA", "America/Los_Angeles", "en-US"),
            Place("Asheville", "North Carolina", "United States", "US", "NA", "America/New_York", "en-US"),
            Place("Halifax", "Nova Scotia", "Canada", "CA", "NA", "America/Halifax", "en-CA"),
        ],
    ),
    Folk(
        "Anneliese Birgit Friedrich Henrike Jürgen Käthe Lorenz Matthias Saskia Wiebke",
        "Achterberg Brückner Dörfler Eichhorn Grünwald Kellermann Lindner Pfeiffer Rosenthal Vogelsang",
        [
            Place("Leipzig", "Saxony", "Germany", "DE", "EU", "Europe/Berlin", "de-DE"),
            Place("Freiburg", "Baden-Württemberg", "Germany", "DE", "EU", "Europe/Berlin", "de-DE"),
            Place("Graz", "Styria", "Austria", "AT", "EU", "Europe/Vienna", "de-AT"),
        ],
    ),
    Folk(
        "Amélie Baptiste Clémence Étienne Gaëlle Hugo Lucie Mathilde Rémi Théo",
        "Arnaud Beaulieu Carpentier Delacroix Fontaine Girard Lemoine Marchand Rousselle Vasseur",
        [
            Place("Lyon", "Auvergne-Rhône-Alpes", "France", "FR", "EU", "Europe/Paris", "fr-FR"),
            Place("Nantes", "Pays de la Loire", "France", "FR", "EU", "Europe/Paris", "fr-FR"),
            Place("Québec", "Quebec", "Canada", "CA", "NA", "America/Toronto", "fr-CA"),
        ],
    ),
    Folk(
        "Afonso Beatriz Catarina Duarte Filipa Gonçalo Inês João Leonor Tomás",
        "Almada Barreiros Cardoso Figueiredo Lourenço Magalhães Nogueira Pacheco Sarmento Teixeira",
        [
            Place("Porto", "Porto", "Portugal", "PT", "EU", "Europe/Lisbon", "pt-PT"),
            Place("Recife", "Pernambuco", "Brazil", "BR", "SA", "America/Recife", "pt-BR"),
            Place("Curitiba", "Paraná", "Brazil", "BR", "SA", "America/Sao_Paulo", "pt-BR"),
        ],
    ),
    Folk(
        "Alejandra Bruno Carmen Esteban Inés Joaquín Lucía Mateo Rocío Ximena",
        "Aguirre Benavides Cisneros Echeverría Ibáñez Montalvo Ordóñez Quintana Salcedo Zamora",
        [
            Place("Valencia", "Valencian Community", "Spain", "ES", "EU", "Europe/Madrid", "es-ES"),
            Place("Guadalajara", "Jalisco", "Mexico", "MX", "NA", "America/Mexico_City", "es-MX"),
            Place("Córdoba", "Córdoba", "Argentina", "AR", "SA", "America/Argentina/Cordoba", "es-AR"),
        ],
    ),
    Folk(
        "Adaeze Babatunde Chidi Efua Folake Ikenna Kwame Ngozi Temitope Yaw",
        "Adeyemi Agyeman Balogun Chukwu Danquah Eze Mensah Nwosu Okonkwo Owusu",
        [
            Place("Ibadan", "Oyo", "Nigeria", "NG", "AF", "Africa/Lagos", "en-NG"),
            Place("Kumasi", "Ashanti", "Ghana", "GH", "AF", "Africa/Accra", "en-GH"),
        ],
    ),
    Folk(
        "Aditi Bhavesh Charulata Devika Gaurav Ishaan Kavya Nandini Rohan Vikram",
        "Banerjee Chatterjee Deshpande Iyer Kulkarni Mehrotra Nambiar Pillai Rangarajan Subramanian",
        [
            Place("Pune", "Maharashtra", "India", "IN", "AS", "Asia/Kolkata", "en-IN"),
            Place("Kochi", "Kerala", "India", "IN", "AS", "Asia/Kolkata", "en-IN"),
        ],
    ),
    Folk(
        "美咲|misaki 健太|kenta 由美子|yumiko 大輔|daisuke さくら|sakura 翔太|shota 恵子|keiko 直樹|naoki",
        "佐藤|sato 高橋|takahashi 渡辺|watanabe 中村|nakamura 小林|kobayashi 山口|yamaguchi 松本|matsumoto",
        [
            Place("Kyoto", "Kyoto", "Japan", "JP", "AS", "Asia/Tokyo", "ja"),
            Place("Sapporo", "Hokkaido", "Japan", "JP", "AS", "Asia/Tokyo", "ja"),
        ],
        family_first=True,
    ),
    Folk(
        "Оксана|oksana Тарас|taras Ірина|iryna Богдан|bohdan Соломія|solomiia Андрій|andrii Леся|lesia Назар|nazar",
        "Шевчук|shevchuk Коваленко|kovalenko Бондар|bondar Мельник|melnyk Гончар|honchar Ткачук|tkachuk",
        [
            Place("Lviv", "Lviv Oblast", "Ukraine", "UA", "EU", "Europe/Kyiv", "uk"),
            Place("Poltava", "Poltava Oblast", "Ukraine", "UA", "EU", "Europe/Kyiv", "uk"),
        ],
    ),
    Folk(
        "Ελένη|eleni Νίκος|nikos Δέσποινα|despina Γιώργος|giorgos Άννα|anna Σπύρος|spyros",
        "Παπαδάκη|papadaki Βλάχος|vlachos Μακρή|makri Σταύρου|stavrou Κωνσταντίνου|konstantinou",
        [Place("Thessaloniki", "Central Macedonia", "Greece", "GR", "EU", "Europe/Athens", "el")],
    ),
    Folk(
        "Asel Bakyt Emir Gülşen Leyla Nurlan Selin Zeynep",
        "Aydın Bektaş Çelik Doğan Koçak Öztürk Şahin Yıldız",
        [Place("İzmir", "İzmir", "Türkiye", "TR", "AS", "Europe/Istanbul", "tr")],
    ),
]

# What a name may come with; {} is the plain name, the others show what the splitting does (NAME-02…06).
TITLED = ["Dr. {given} {family}", "Prof. {given} {family}", "Mrs {given} {family}", "Dr {family}"]
LETTERED = ["{given} {family}, PhD", "{given} {family}, MBA", "{given} {family} Jr.", "{given} {family}, CPA"]
INVERTED = ["{family}, {given}", "{family}, Dr. {given}", "{family}, {given} Lou"]
SHOUTED = ["{GIVEN} {FAMILY}", "{given}", "{given} van der {family}"]

MAIL_HOSTS = ["mail.example.com", "post.example.org", "inbox.example.net"]

BROWSERS = [("Chrome", "137"), ("Chrome", "136"), ("Safari", "18.5"), ("Firefox", "139"), ("Edge", "137")]
SYSTEMS = ["Mac OS X", "Windows", "Windows", "iOS", "Android", "Linux"]

INDUSTRIES_AND_STUDIOS = {
    "Pottery": "Kiln and Clay, Slow Wheel Pottery, The Glaze Room, Two Rivers Ceramics, Raku Yard",
    "Yoga": "Riverbend Yoga, Standing Heron, Quiet Mat Collective, Low Tide Yoga, Lantern Breathwork",
    "Music school": "Northgate Strings, Open Chord Academy, Fermata House, The Metronome, Brass and Reed",
    "Dance": "Barefoot Ballroom, Tin Roof Tango, Third Position, Counterstep",
    "Climbing": "Chalk and Hold, Overhang Hall, Granite Cellar, Belay Works",
    "Cooking school": "Copper Ladle, Sourdough Sunday, Salt Street Kitchen, The Long Simmer",
    "Printmaking": "Ink Harbour Press",
}
# Typed by a teammate on a lead's profile: companies that nobody's system knows yet (QUAL-26).
TYPED_STUDIOS = ["Loom Loft Weavers", "Hilltop Watercolours"]

STUDIOS = [
    StudioWords(name, name.lower().replace("the ", "").replace(" and ", "-").replace(" ", "-") + ".example", industry)
    for industry, names in INDUSTRIES_AND_STUDIOS.items()
    for name in names.split(", ")
]

STUDIO_KINDS = [*INDUSTRIES_AND_STUDIOS, "Something else"]
INTENTS = ["Looking around", "Comparing", "Ready to start"]
MOODS = ["Happy", "Wavering", "Leaving"]
GOALS = [
    "Fill the Tuesday evenings",
    "Stop taking bookings by phone",
    "One calendar for both rooms",
    "Sell gift vouchers before the holidays",
    "Let guests pay when they book",
    "Fewer no-shows",
    "A waiting list that works by itself",
    "Open a second place next spring",
]
TOPICS = ["Filling classes", "Pricing", "Running a team", "Product news"]

# How many carry a tag, twice over: some were tagged early, some of late.
TAGS = {
    "Wants a call": 9,
    "Beta calendar": 14,
    "Pays by invoice": 8,
    "Speaks at the autumn meet-up": 4,
    "Asked for gift vouchers": 11,
    "Do not email": 3,
}
STUDIO_TAGS = {"Reference customer": 5, "Two places or more": 6, "Beta calendar": 4}
USER_NOTES = [
    "Called about the new calendar. Likes it, but wants to see both rooms side by side.",
    "Moves to a bigger place in the spring and will need a second room then.\nAsk again after Easter.",
    "Prefers email to the phone; mornings only.",
    "Two guests paid twice on the same evening. Refunded both, and apologised.",
    "Teaches the beginners on Tuesdays and does not want those sold out to regulars.",
    "Asked for an invoice with the studio's tax number on it. Told billing.",
    "Very patient during the outage. Gave a month for free.",
    "Would speak about no-shows at the meet-up, if we pay for the train.",
]
LEAD_NOTES = [
    "Came from the pottery newsletter. Compares us with a paper diary and a phone.",
    "Has 40 regulars and no website. Needs the booking page more than the calendar.",
    "Wants to know whether guests can pay in cash on the evening.",
    "Called twice, nobody there. Try once more next week.",
    "Will decide when the lease is signed.",
]
STUDIO_NOTES = [
    "Renewed for a year. Marguerite from the front desk looks after the account now.",
    "Thinks about leaving: the accountant wants one export for all rooms. Promised an answer by Friday.",
    "Gladly takes calls from others who think about us.",
    "Their contract still names the old address.",
]
