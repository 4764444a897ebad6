"""A small list of common English words whose pronunciation is invented by rule: for quick runs without the dictionary.

The words were written down for this project. Their phonemes and stresses follow from the spelling by the few rules
below, in NETtalk's symbols: they are an exercise of the right kind and size, not how English is spoken.
"""

from __future__ import annotations

TEXT = """
able about above act add after again age agree air all along also always and animal answer any apple area arm army art
ask away baby back bad bag ball band bank bare base basin bed before begin behind bell below best better big bird bit
black blade blow blue boat body bone book born both bottle box boy brave bread break bright bring brown build bus busy
butter buy call came camp can card care carry case catch cause cell cent chain chair chance change check chief child
choose church circle city claim class clean clear climb clock close cloud coast coat cold color come cook cool copper
corn corner cost count cover cow cream cross crowd cry cup cut dance dark date dawn day dead deal dear deep desk
dinner dish dog dollar door down draw dream dress drink drive drop dry dust each ear early earth east easy eat edge
egg eight end enter even ever eye face fact fair fall far farm fast fat father fear feed feel feet fellow few field
fig fight fill final find fine finger fire first fish five flat floor flow flower fly fold follow food foot force form
fox free fresh friend from front fruit full fun game garden gas gate gave gentle giant girl give glad glass go gold
good grain grand grass gray great green ground group grow guess guide hair half hall hand happen happy hard hat have
head hear heart heat heavy help her here hide high hill him hold hole home hope horse hot hotel hour house how huge
human hundred hunt hurry ice idea inch ink iron island job join joy judge jump just keep key kick kind king kitchen
knee knife knock know lake lamp land large last late laugh law lay lead leaf learn leave left leg lemon less letter
level lift light like line lion lip list little live loan local lock lonely long look lose loud love low lucky lunch
made mail main make man map march mark market master match matter may meal mean meat meet member men metal middle mile
milk mill mind mine minute mirror miss mix model money month moon more morning mother motor mouth move much music must
name nation near neck need nerve nest never new next nice night nine nose note now number nurse oak ocean offer oil
old open orange order other our out oven over owner page pain paint pair paper park part party pass past path pay pen
pencil people pepper phone photo piano pick piece pig pin pipe place plain plan plane plant plate play please plenty
pocket poem point police pool poor pot power press price prize proud pull purple push queen quick quiet race radio
rain raise ran rate reach read ready real red rest rice rich ride right ring river road rock roof room root rope rose
rough round row rubber rule run sad safe sail salt same sand save say scale school score sea seat second see seed sell
send serve seven shade shake shape share sharp sheep shell shine ship shirt shoe shop short shout show sick side sign
silk silver simple sing sister six size skin sky sleep slow small smell smile smoke snow so soap sock soft soil some
son song soon sound soup space speak speed spell spend spoon spot spring stage star state stay steam steel step stick
still stone stop store storm story street string strong such sugar summer sun supper sure sweet swim table tail take
tale talk tall tape taste tax tea teach team tell ten tent test than thank that them then thick thin thing think third
this three throat throw thumb ticket tie tiger time tin tiny tired title toast today toe tone took tool top total
touch town toy trade train tree trip true trunk trust try tube turn twelve twice twin under unit until upon use valley
value van very view village visit voice vote wagon wait walk wall want war warm wash waste watch water wave way weak
wear weather week well went west wet what wheel when where which while white who wide wife wild win wind window winter
wire wise wish with woman wonder wood word work world worry wrap write wrong yard year yellow yes yet young your zero
zone
"""
WORDS = TEXT.split()

VOWELS = "aeiou"
PAIRS = {
    "sh": "S-", "ch": "C-", "th": "T-", "ph": "f-", "wh": "w-", "ck": "k-", "qu": "kw", "gh": "--", "ng": "G-",
    "ee": "i-", "ea": "i-", "oo": "u-", "ou": "W-", "ow": "o-", "ai": "e-", "ay": "e-", "oi": "O-", "oy": "O-",
    "au": "c-", "aw": "c-", "oa": "o-", "ie": "i-", "ue": "u-", "ew": "u-", "ey": "i-", "ar": "ar", "er": "R-",
    "ir": "R-", "ur": "R-", "or": "cr",
}  # fmt: skip
BEGINNINGS = {"kn": "-n", "wr": "-r"}
SHORT = dict(zip(VOWELS, "@EIa^", strict=True))
LONG = dict(zip(VOWELS, "eiAou", strict=True))
PLAIN = {letter: letter for letter in "bdfhklmnprtvwz"} | {"q": "k", "j": "J", "s": "s", "x": "X"}


def pronounce(word: str) -> tuple[str, str]:
    """Phonemes and stresses of a word of the letters a to z, one symbol for each letter, by these rules."""
    phonemes = ""
    while len(phonemes) < len(word):
        phonemes += _next(word, len(phonemes))
    return phonemes, _stress(word, phonemes)


def _next(word: str, at: int) -> str:
    letter, pair, rest = word[at], word[at : at + 2], word[at + 1 :]
    if at == 0 and pair in BEGINNINGS:
        return BEGINNINGS[pair]
    if pair in PAIRS and not (pair == "ng" and rest[1:2] and rest[1] in "aeiour"):
        return PAIRS[pair]
    if len(pair) == 2 and letter == pair[1] and letter not in VOWELS + "c":
        return _next(word[: at + 1], at) + "-"
    if letter in "cg":
        soft = bool(rest) and rest[0] in "eiy"
        return {"c": "ks", "g": "gJ"}[letter][soft]
    if letter == "s" and at > 0 and rest and word[at - 1] in VOWELS and rest[0] in VOWELS:
        return "z"
    if letter == "y":
        return "y" if at == 0 else "i" if not rest else "I"
    if letter not in VOWELS:
        return PLAIN[letter]
    if not rest:
        silent = letter == "e" and any(other in VOWELS + "y" for other in word[:at])
        return "-" if silent else {"a": "x", "o": "o"}.get(letter, LONG[letter])
    long = len(rest) == 2 and rest[0] not in VOWELS + "xy" and rest[1] == "e"
    return (LONG if long else SHORT)[letter]


def _stress(word: str, phonemes: str) -> str:
    """1 at the first sounded vowel, 0 at the others; > before the first and just before another one, < elsewhere."""
    vowels = [p in "aceiouAEIORUWYx@^" for p in phonemes]
    first = vowels.index(True) if True in vowels else -1
    marks = ""
    for k, vowel in enumerate(vowels):
        if vowel:
            marks += "1" if k == first else "0"
        else:
            marks += ">" if k < first or (k + 1 < len(vowels) and vowels[k + 1]) else "<"
    return marks
