"""Words that made-up releases are made of."""

# city in German, in English, its region in German, in English
PLACES = (
    ("München", "Munich", "Bayern", "Bavaria"),
    ("Nürnberg", "Nuremberg", "Bayern", "Bavaria"),
    ("Köln", "Cologne", "Nordrhein-Westfalen", "North Rhine-Westphalia"),
    ("Düsseldorf", "Düsseldorf", "Nordrhein-Westfalen", "North Rhine-Westphalia"),
    ("Leipzig", "Leipzig", "Sachsen", "Saxony"),
    ("Jena", "Jena", "Thüringen", "Thuringia"),
    ("Tübingen", "Tübingen", "Baden-Württemberg", "Baden-Württemberg"),
    ("Hannover", "Hanover", "Niedersachsen", "Lower Saxony"),
    ("Lübeck", "Lübeck", "Schleswig-Holstein", "Schleswig-Holstein"),
    ("Saarbrücken", "Saarbrücken", "Saarland", "Saarland"),
    ("Graz", "Graz", "Steiermark", "Styria"),
    ("Zürich", "Zurich", "Kanton Zürich", "Canton of Zurich"),
)
# the vocabulary's terms, with the words that names are made of
SECTORS = (
    ("biotechnology", "Biotechnologie", "Biotechnology"),
    ("medical-technology", "Medizintechnik", "Medical Technology"),
    ("photonics", "Photonik", "Photonics"),
    ("hydrogen", "Wasserstoff", "Hydrogen"),
    ("microelectronics", "Mikroelektronik", "Microelectronics"),
    ("textiles", "Textilien", "Textiles"),
    ("maritime", "Maritime Wirtschaft", "Maritime Industries"),
    ("forestry-and-wood", "Forst und Holz", "Forestry and Wood"),
    ("mechanical-engineering", "Maschinenbau", "Mechanical Engineering"),
    ("renewable-energy", "Erneuerbare Energien", "Renewable Energy"),
)
KINDS = (("Bündnis", "Alliance"), ("Netzwerk", "Network"), ("Verbund", "Association"), ("Initiative", "Initiative"))
FORMS = (
    ("registered-association", "e. V."),
    ("limited-liability-company", "GmbH"),
    ("non-profit-limited-liability-company", "gGmbH"),
)
PURPOSES = (
    "pull-strands-together", "gauge-members-needs", "represent-members-interests", "initiate-projects",
    "harness-synergies", "foster-networking", "foster-innovation", "promote-internationalisation",
    "train-skilled-workers", "transfer-technology",
)  # fmt: skip
MEMBERS = ("company", "start-up", "research-institute", "university", "hospital", "chamber", "investor")
MERITS = ("high-quality", "performance", "innovation", "member-services", "networking", "sustainability")
ROLES = ("president", "vice-president", "chairperson", "managing-director", "cluster-manager")
GIVEN = ("Jürgen", "Änne", "Søren", "Zoë", "Bärbel", "Lukas", "Miriam", "Günther", "Aylin", "José", "Käthe", "Paul")
FAMILY = ("Müller", "Groß", "Šimek", "Öztürk", "Schäfer", "Krüger", "Lindqvist", "Weiß", "Yılmaz", "Dvořák", "Bauer")
# what is claimed: type, predicate, German, English
CLAIMS = (
    ("sentiment", None, "Bei uns freuen sich alle über dieses Label", "Everybody here is glad about this label"),
    ("evaluation", None, "Das Label zeigt, wie gut wir geworden sind", "The label shows how good we have become"),
    (
        "causal",
        "contributedTo",
        "Was die Mitglieder einbrachten, führte zum Erfolg",
        "What the members put in led to success",
    ),
    (
        "prediction",
        "raises",
        "Mit dem Label werden uns mehr Partner kennenlernen",
        "With the label more partners will get to know us",
    ),
    (
        "intention",
        "intends",
        "Wir wollen „über die Grenzen“ hinaus zusammenarbeiten",
        'We want to work together "beyond the borders"',
    ),
)

COMPANIES = ("Licht", "Sensor", "Schicht", "Quanten")
