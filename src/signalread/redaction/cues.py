"""Words that stand beside names: titles, greetings, and what persons say and do."""

from __future__ import annotations

import re

_TITLES = """
chef chefen enhetschef enhetschefen avdelningschef avdelningschefen gruppchef gruppchefen områdeschef
områdeschefen verksamhetschef verksamhetschefen sektionschef sektionschefen driftchef driftchefen
platschef platschefen butikschef butikschefen regionchef regionchefen vd vd:n vdn rektor rektorn
kollegan kollegorna kollega vikarien vikarie handledaren handledare samordnaren samordnare teamledaren teamledare
gruppledaren arbetsledaren arbetsledarn skiftledaren skiftledare förmannen förman lagledaren projektledaren
projektledare läkaren doktor dr överläkare överläkaren sköterskan syster syrran undersköterskan usk ssk
läraren lärarn mentorn mentor kuratorn psykologen vaktmästaren vaktis kocken köksmästaren kökschefen
hr-partnern controllern ekonomen receptionisten städaren chauffören fru herr fröken frk hr farbror tant
personalchefen hr-chefen ordförande ordföranden sekreteraren it-chefen lagerchefen produktionschefen
servicechefen stationschefen säljchefen namngivna gubben tjejen killen snickaren svetsaren teknikern
elektrikern bagaren nyanställda praktikanten lärlingen assistenten föreståndaren föreståndare bas basen
"""
_BEFORE = f"""
{_TITLES} heter hette kallas kallad döpt namnet hälsar hälsa hälsn hälsningar mvh tack tacka tackar
kram kramar hos enligt typ hej tjena kära käre snälla mvh/ /
"""
_LOOSE = "å får utan hos kollegor med till från av fråga frågade ring ringde mejla mejlade be bad prata snacka som och när att om åt mot för"
_SPEAKS = """
sa sade säger sagt skrev skriver skrek skriker skrattar skrattade svarar svarade frågar frågade undrar undrade
tycker tyckte menar menade berättar berättade lovade lovar lyssnar lyssnade ringer ringde mejlar mejlade
skäller skällde suckar suckade himlar himlade fnyser fnös hånar hånade hjälper hjälpte stöttar stöttade peppar
peppade tackar tackade kramar tröstar jobbar jobbade bestämmer bestämde beslutar beslutade vägrar vägrade visste
vet tror trodde litar litade föreslog föreslår lyfte lyfter tipsade visar visade lär lärde leder ledde orkar
glömmer glömde missade skickar skickade skäms retas skojar skojade avbryter avbröt pratar pratade snackar snackade
babblar tjatar bjuder bjöd bakar bakade fixar fixade löste ordnar ordnade ansvarar räddade backade kollar
kollade kontrollerar granskar granskade rättar rättade godkänner godkände attesterar brukar tänker tänkte känner
kände mår mådde sköter skötte smiter smet bryr hörde började slutade startade städar diskar sjunger svär svor
muttrar gapar gapade viskar viskade gnäller gnällde ljuger ljög hotar hotade mobbar mobbade grät gråter klagar
klagade signerade redogjorde informerade informerar meddelade bokar bokade återkommer undrade kallade kallas
heter hinner hann byggde sydde målade lagade tömde fyllde fyller skrattar hostar kör körde vill ville vågar vågade vikarierar sover somnade springer sprang
"""
_NAMED_THINGS = """
båten båt fartyget avdelning avdelningen systemet system programmet appen hus huset rum rummet salen sal truck trucken
roboten robot katten hunden hästen ponnyn stormen orkanen projektet projekt företaget bolaget firman butiken restaurangen
förskolan skolan föreningen stiftelsen maskinen skrivaren kopiatorn enheten enhet boendet villa kvarteret kv linje linjen
sjukhuset gården stugan bussen bilen modulen servern kursen filmen boken låten
"""
_FELT_ON = """
skyll skyller skyllde lita litar litade tro tror trodde arg arga vänta väntar titta tittar less trött sur besviken irriterad
lyssna lyssnar lyssnade skrek skriker skäller kolla tänker svär stolt avundsjuk bygger hänger beror beroende ansvaret
"""
_SENT = """
mejl mail brev sms besked beskedet order tips hjälp stöd beröm svar svaret samtal lapp hälsning skäll kram mejlet smset
brevet uppmuntran feedback kritik idén förslag förslaget
"""
_STATES = "är var blir blev har hade ska skulle kan kunde vill ville får fick måste"
_DOES = f"""
{_SPEAKS} {_STATES} kommer kom går gick tog tar ger gav sitter satt står stod ligger lägger la lade ställer ställde
ser såg märker märkte låter lät gör gjorde styr styrde håller höll slutar börjar missar räddar täcker täckte
löser spelar verkar saknar saknas stannar stannade hör själv alltid aldrig
"""
_GREETINGS = "tack tacka hej tjena hälsa hälsar mvh kram grattis käre kära snälla"
_WORKPLACES = """
receptionen lagret it hr ekonomi ekonomin köket lönekontoret kontoret huvudkontoret växeln kassan expeditionen
kundtjänst natten nattskiftet dagskiftet kvällsskiftet inköp löner lön bemanningen verkstan verkstaden truckarna
personal personalavdelningen kansliet posten biblioteket servicedesk supporten support växel reception sälj
marknad produktionen golvet disken restaurangen matsalen vaktmästeriet tvätten städet labbet labb ledningsgruppen
fastighet transport gruppen teamet laget plan avd avdelning avdelningen skiftet lastkajen packen plocket smedjan
boendet förskolan skolan akuten bygget byrån kliniken sjukhuset butiken bussen iva banken centralen biblioteket caféet
salongen badet gården fritids expedition kontor ekonomiavdelningen löneavdelningen städet kundservice cad däck
förrådet ettan tvåan trean fyran femman sexan sjuan åttan kvällen kvällar helgen helger
"""

_PERSONAL = """
chef kollega vikarie person människa ny snäll ledig sjuk sjukskriven glad sur arg duktig trygg rättvis trevlig ärlig
lyhörd omtyckt pensionär gammal bäst sämst trygghet klippa pärla stjärna handledare ordförande han hon honom henne
rolig lugn stressad trött nöjd ledare tillbaka borta hemma van kompetent kunnig hjälpsam otrevlig elak envis snabb
hjärta medarbetare lärare sköterska samordnare ansvarig föräldraledig mammaledig pappaledig bra toppen underbar
"""
_FUNCTION = """
jag vi du ni han hon det den de dom man och men att som när om nu sen då här där så alla ingen har är var kan ska vill får
måste inte bara varför hur vad vem vilken tack hej bra mvh också för med till från på av i en ett min mitt vår vårt hans hennes
deras dessutom sedan ibland tyvärr annars alltid aldrig
"""
BEFORE_TITLE = frozenset(_TITLES.split())
BEFORE_NAME = frozenset(_BEFORE.split())
BEFORE_LOOSE = frozenset(_LOOSE.split())
SPEAKS = frozenset(_SPEAKS.split())
NAMED_THINGS = frozenset(_NAMED_THINGS.split())
FELT_ON = frozenset(_FELT_ON.split())
SENT = frozenset(_SENT.split())
STATES = frozenset(("är", "var", "blir", "blev"))
DOES = frozenset(_DOES.split())
PERSONAL = frozenset(_PERSONAL.split())
FUNCTION_WORDS = frozenset(_FUNCTION.split())
GREETINGS = frozenset(_GREETINGS.split())
WORKPLACES = frozenset(_WORKPLACES.split())
PREPOSITIONS_OF_PLACE = frozenset(("i", "på", "vid", "från", "norr", "söder", "mot", "utanför", "genom"))
PLACE_ENDS = (
    *("gatan", "vägen", "backen", "gården", "skolan", "linjen", "landet", "huset", "kontoret", "parken", "hallen"),
    *("hemmet", "torget", "kyrkan", "kullen", "viken", "näset", "holmen", "berget", "dalen", "ängen", "ån"),
    *("gruppen", "laget", "teamet", "köping", "stad", "hamn", "vallen", "sjön", "bruket", "verket", "byn"),
)
PARTICLES = frozenset(["von", "af", "de", "del", "da", "di", "van", "der", "den", "el", "al", "bin", "ibn", "abu", "o", "mac", "mc", "la", "le", "dos"])

SURNAME_END = re.compile(
    r"(?:sson|ssons|sen|berg|bergs|ström|qvist|kvist|lund|gren|stedt|stedt|dahl|blad|mark|ell|elius|ander|"
    r"ović|ovic|evic|ević|ski|ska|sky|wicz|oğlu|oglu|zadeh|nejad|pour|idis|opoulos|escu|inen|nen|ez|"
    r"ian|yan|shvili)s?\Z"
)

# At the very end: "Mvh Kerstin", "/Bosse", "// A.K.", "Hälsningar från Lena på kundtjänst".
SIGNATURE = re.compile(
    r"(?:\b(?:mvh|hälsn(?:ingar|ing)?|hälsar|vänligen|vänliga hälsningar|kram|kramar|vh|m\.v\.h\.?|"
    r"med vänlig hälsning|undertecknat|sign(?:erat|\.)?)[,:!]?\s{0,3}(?:från )?|(?:^|\s)(?:/{1,2}|—|–|-) ?)"
    r"(?P<name>[^\W\d_][\w.'’-]{0,25}(?: [^\W\d_][\w.'’-]{0,25}){0,2})[.!]?\s{0,5}\Z",
    re.IGNORECASE,
)
