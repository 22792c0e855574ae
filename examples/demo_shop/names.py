"""Names as their bearers write them, with the Latin letters that go into an email address."""

import unicodedata
from dataclasses import dataclass

from examples.demo_shop.dice import Dice


@dataclass(frozen=True)
class Culture:
    """Names of one language; `written|latin` where the letters are not Latin ones."""

    language: str
    women: str
    men: str
    families: str


CULTURES = {
    "english": Culture(
        "en",
        "Ada Beatrice Cora Delia Edith Fern Grace Hazel Imogen June Keziah Lorna Maeve Nell Opal",
        "Amos Barnaby Clive Desmond Ewan Felix Gideon Hugh Isaac Jonah Kit Lyle Miles Ned Otis",
        "Ashdown Birchall Carver Drake Eastwood Fenn Garrow Hollis Ivory Keats Lark Marsh Nettle "
        "O'Hara Pike Quill Rook Sedge Thorne Underhill Vale Whitlock Yarrow",
    ),
    "spanish": Culture(
        "es",
        "Alma Belén Carmen Inés Lucía Marisol Núria Paloma Rocío Ximena",
        "Álvaro Bruno César Diego Íñigo Joaquín Mateo Nicolás Rubén Tomás",
        "Arroyo Benítez Castaño Durán Ibáñez Lozano Muñoz Peña Quiroga Robles Zúñiga",
    ),
    "german": Culture(
        "de",
        "Anke Birgit Dörte Friederike Heike Käthe Lieselotte Sabine",
        "Bernd Götz Jürgen Konrad Lothar Matthias Torben Uwe",
        "Ackermann Bäcker Grünwald Hübner Köhler Lindemann Schäfer Weiß|weiss",
    ),
    "french": Culture(
        "fr",
        "Anaïs Chloé Élodie Margaux Noémie Océane Solène Zoé",
        "Aurélien Benoît Étienne François Gaël Loïc Rémi Thibault",
        "Beaumont Chevrier Dufour Févre Garnier Lefèvre Marchand Rousseau",
    ),
    "dutch": Culture(
        "nl", "Anouk Femke Lieke Maartje Sanne", "Bram Joost Koen Pieter Sjoerd",
        "Bakker|bakker Hendriks Kuiper Molenaar Visser",
    ),
    "polish": Culture(
        "pl", "Agnieszka Bożena|bozena Zofia Małgorzata|malgorzata",
        "Łukasz|lukasz Paweł|pawel Wojciech Grzegorz", "Dąbek Jeż Krawiec Wójcik",
    ),
    "greek": Culture(
        "el", "Ελένη|eleni Δήμητρα|dimitra Καλλιόπη|kalliopi", "Γιώργος|giorgos Νίκος|nikos",
        "Παππάς|pappas Οικονόμου|oikonomou Αθανασίου|athanasiou",
    ),
    "ukrainian": Culture(
        "uk", "Олена|olena Соломія|solomiia Ярина|yaryna", "Андрій|andrii Тарас|taras Остап|ostap",
        "Коваленко|kovalenko Шевчук|shevchuk Мельник|melnyk Гончар|honchar",
    ),
    "arabic": Culture(
        "ar", "ليلى|layla سلمى|salma نور|nour هدى|huda", "عمر|omar يوسف|yusuf كريم|karim",
        "حداد|haddad منصور|mansour نجار|najjar خوري|khoury",
    ),
    "hebrew": Culture(
        "he", "נועה|noa תמר|tamar יעל|yael", "איתן|eitan אורי|uri דוד|david",
        "לוי|levi מזרחי|mizrahi ברק|barak",
    ),
    "indian": Culture(
        "en", "Aditi Kavya Meera अनन्या|ananya प्रिया|priya Zara",
        "Arjun Dev Imran रोहन|rohan Vikram",
        "Banerjee Iyer Kaur Menon Rao शर्मा|sharma Siddiqui",
    ),
    "chinese": Culture(
        "zh", "美玲|meiling 晓雯|xiaowen 雅婷|yating", "建国|jianguo 志伟|zhiwei 浩然|haoran",
        "陈|chen 林|lin 王|wang 赵|zhao 黄|huang",
    ),
    "japanese": Culture(
        "ja", "美咲|misaki 陽子|yoko さくら|sakura", "健太|kenta 大輔|daisuke 蓮|ren",
        "佐藤|sato 山本|yamamoto 中村|nakamura 渡辺|watanabe",
    ),
    "korean": Culture(
        "ko",
        "지우|jiwoo 서연|seoyeon 하은|haeun", "민준|minjun 도윤|doyun", "김|kim 박|park 최|choi",
    ),
    "vietnamese": Culture(
        "vi", "Hương Thảo Ngọc Linh", "Dũng Minh Tuấn", "Nguyễn Trần Phạm Lê",
    ),
    "ghanaian": Culture(
        "en", "Abena Adwoa Efua Esi Nana", "Kofi Kwabena Kwame Yaw", "Asante Boateng Mensah Owusu",
    ),
}  # fmt: skip

_DOMAINS = {
    "mail.example": 50,
    "post.example": 20,
    "inbox.example": 12,
    "example.com": 10,
    "example.org": 8,
}


@dataclass(frozen=True)
class Name:
    """A name as written, and the local part that it makes in an email address."""

    first: str
    last: str
    latin: str


def _split(entry: str) -> tuple[str, str]:
    """Return a name as written and in plain Latin letters."""
    written, _, latin = entry.partition("|")
    plain = unicodedata.normalize("NFKD", latin or written)
    return written, "".join(
        letter for letter in plain.lower() if letter.isascii() and letter.isalpha()
    )


def draw_name(dice: Dice, culture: Culture, gender: str) -> Name:
    """Return a name of a culture for a gender; people who are neither draw from all names."""
    pools = {"female": culture.women, "male": culture.men}
    given = pools.get(gender, f"{culture.women} {culture.men}")
    first, first_latin = _split(dice.pick(given.split()))
    last, last_latin = _split(dice.pick(culture.families.split()))
    return Name(first, last, f"{first_latin}.{last_latin}")


def draw_address(dice: Dice, name: Name, taken: set[str]) -> str:
    """Return an email address at an example domain that nobody has taken, and take it."""
    domain = dice.weighted(_DOMAINS)
    address, number = f"{name.latin}@{domain}", 1
    while address in taken:
        number += 1
        address = f"{name.latin}{number}@{domain}"
    taken.add(address)
    return address
