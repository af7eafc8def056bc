namespace Sutazai.ModelRouter.Tests.Semantic;

/// <summary>
/// More of what <see cref="DifferentQuestions"/> holds, written against the verifier's own rules: each line tries one of the changes that it takes
/// for harmless where that change is not.
/// </summary>
internal static class FurtherQuestions
{
    public static IReadOnlyDictionary<string, string> Lines { get; } = new Dictionary<string, string>
    {
        ["frames"] =
            """
            How do {I|you} feel about {remote work|on-call duty}?
            How do {I|you|we} know that {the backup is complete|the data is clean}?
            How do I reset {my|your|our|the} {password|PIN}?
            How {do|did|should|would} I {pay|have paid} the invoice?
            How {to|not to} raise a {child|puppy}?
            {How|When|Where|Why} do I file a {claim|complaint}?
            {Can|Should|May|Must|How can} I cancel the {contract|policy}?
            {What is|Where is|Who is|Which was} the head of the {agency|division}?
            {Explain|Critique|Summarize|Ignore} the {ruling|memo}.
            {Tell me|Do not tell me|Ask me} what the {verdict|diagnosis} is.
            Could you tell me who {Alice is managing|is managing Alice}?
            Do you know which firms {Contoso owns|own Contoso}?
            Tell me what {the vendor charges the client|the client charges the vendor}.
            {Why is|Why isn't|How is|When is} the {dough|yeast} rising?
            {Is there a way to|How do I|Should I|Did I} freeze {milk|eggs}?
            {What is the best way to|What is the worst way to|What is the way to|How not to} cook {rice|lentils}?
            What is {a|the} problem in this {lease|will}?
            What {does|did} {the clause|a clause} mean?
            What does {"indemnify"|"indemnity"|indemnify itself} mean?
            {What is the difference between|What is the sum of|What do we know of} {debt and equity|equity and debt}?
            How is {a bond different from a note|a note different from a bond}?
            How do {stocks and bonds|stocks and notes} differ{| in risk| in tax}?
            How come {the court denied the motion|the motion denied the court}?
            {How many|How much|How old} {cups|sheets} are there in a quart?
            I {want to|do not want to|wanted to} know how the {appeal|audit} works.
            I {need you to|need to|do not need you to} sign the {form|lease}.
            {Who|Whom} did the {auditor|trustee} accuse?
            The {server|boiler} is down{?|.|, right?}
            {Restart the pump?|Restart the pump.|The pump restarts.}
            {Thanks to|Despite} the {vaccine|drug}, did cases fall?
            """,
        ["articles"] =
            """
            What did the clinic report {last|in the last|the week before last} {week|month}?
            Are there {few|a few|the few} side effects of {ibuprofen|aspirin}?
            There is {little|a little} {hope|time} left, isn't there?
            How do I get {the most|most|more} votes in {the council|a council}?
            Who lives next to {the|a} {mayor|judge}?
            Is {a number of|the number of} {cases|claims} growing?
            What happened {the next day|next day|the other day} in {Oslo|Bergen}?
            Is {one|the one|no one} of the {heirs|tenants} liable?
            Did they keep {a|the|every} {key|receipt}?
            How do I take {a second|the second|second} {dose|opinion}?
            """,
        ["case and spelling"] =
            """
            Why did {Apple|apple} prices in {the US|us} fall?
            How do I clean {Windows|windows} in {March|May}?
            Where do {Turkey|turkey} exports from {China|china} go?
            How do I {Polish|polish} my {silver|Silver} resume?
            Did {WHO|who} warn {IT|it} in time?
            Is {Go|go} allowed when the light is {red|Red}?
            Why did {Will|will} {Mark|mark} the {exam|paper}?
            Is {userId|userID|userid} the same as {user_id|user-id}?
            Does {CO|Co} react with {NO|no} {gas|acid}?
            What is {Nice|nice} in {Spring|spring}?
            How large is {1 Mb|1 MB|1 mb} of {text|music}?
            Is {it's|its} correct spelling in {contracts|statutes}?
            How do you spell {organise|organize} and {grey|gray}?
            Which letters are in {folder|directory} and {email|e-mail}?
            Create a file called {repo|repository} in a folder named {js|javascript}.
            """,
        ["commas and structure"] =
            """
            {Let's eat, grandma.|Let's eat grandma.}
            {Pardon impossible, to be executed.|Pardon, impossible to be executed.}
            {No, price is fixed.|No price is fixed.} Is that {right|wrong}?
            {Stop, don't delete it.|Stop. Delete it.|Don't stop, delete it.}
            Do {the pilots, who were trained, fly|the pilots who were trained fly} {today|tomorrow}?
            Is a {man-eating shark|man eating shark} {rare|common}?
            {Twenty-four-hour|Twenty four-hour|24 hour} shifts are legal in {Ohio|Utah}, aren't they?
            Did the {re-signed|resigned} {coach|captain} play?
            {Only I saw him|I only saw him|I saw only him} in {Lyon|Nice}.
            {Patients not treated|Not patients treated|Patients treated} with {drug A|drug B} recovered, true?
            {A, B and C|A and B, C|A and C, B} are paired. Who is alone?
            Add {salt and pepper or sugar|salt or pepper and sugar}.
            {If it rains we stay|We stay, it rains if|It rains if we stay}.
            {Delete all, except logs|Delete all logs|Delete logs, except all}.
            In {C, how do I call a function written in Python|Python, how do I call a function written in C}?
            In Python, how do I read a file that was {zipped|created} in {Java|Go}?
            {On Monday, which clerks work that were ill?|Which clerks work that were ill on Monday?}
            With {Excel, how do I open a sheet made with Numbers|Numbers, how do I open a sheet made with Excel}?
            {Using gloves, how do I treat a child?|How do I treat a child using gloves?|How do I treat a child not using gloves?}
            Translate this into Dutch: {please call me|call me|call me, please}
            Summarize: {The court ruled for Smith.|The court ruled for Smythe.|The court ruled against Smith.}
            Reply to this mail: {Hi, thanks for the offer.|Thanks for the offer.}
            """,
        ["tense and number"] =
            """
            List the {blocked|blocking} {accounts|threads}.
            {Is|Was|Will} the {lease|visa} {renewed|be renewed}?
            Who {teaches|taught|is taught by} {Plato|Socrates}?
            Which {patient|patients} {has|have} {a fever|fevers}?
            Why {has|had} the {merger|trial} {failed|been failing}?
            Show the {employer|employee|employees}'s {contract|contracts}.
            What is the {maximum of a column|maximum of columns}?
            How do I {join a string|join strings|split strings}?
            Is the {payer|payee|payor} liable for the {fee|fine}?
            Who is {interviewing|interviewed by|the interviewer of} {Dana|Kim} today?
            What are the {causes|effects|cause} of {inflation|deflation}?
            """,
        ["small words"] =
            """
            Is the train {to|from|via} {Basel|Zürich} late?
            Put the book {on|under|in|beside} the {shelf|table}.
            Was the contract signed {by|for|with|against} {Ms Lee|Ms Li}?
            Does the discount apply {to|beyond|from} {two|ten} items?
            Who voted {for|against|with} the {bill|Bill}?
            Is aspirin safe {during|after|before} {surgery|pregnancy}?
            Take the pill {with|without|instead of|after} {food|milk}.
            Is the tax due {on|by|after} {1 April|1 May|April 1}?
            Do prices rise {because of|despite|due to} {tariffs|subsidies}?
            Fly {through|around|over} the {storm|city}.
            Meet {at|near|outside} the {bank|station} {and|or} wait.
            Did he speak {to|about|for} {her|him|them}?
            Are {my|his|her|their} shares {worth|not worth} anything?
            Is rent {per month|per week|per year} {or|and} per person?
            Wohin fährt der Zug {aus|nach|über} {Köln|Bonn}?
            Ist das Medikament {vor|nach|während} der Operation {erlaubt|verboten}?
            Wer hat {ihn|ihr|ihnen|Ihnen} den {Brief|Vertrag} gegeben?
            Kannst du mir sagen, {was|wann|warum} {der Zug|die Bahn} kommt?
            Le train {de|pour|via} {Lille|Lyon} est-il en retard ?
            Pouvez-vous me dire {où|quand|pourquoi} {le magasin|la banque} ferme ?
            ¿El tren {de|para|desde} {Sevilla|Málaga} llega tarde?
            ¿Puedes decirme {dónde|cuándo|por qué} {la tienda|el banco} cierra?
            """,
        ["amounts"] =
            """
            Is a dose of {0.5|.5|5|0,5} mg right for {a child|an adult}?
            Pay {$1,500|$1.500|$15,00|€1,500} to the {seller|agent}.
            Is {1/2|2/1|1/3} cup of {flour|sugar} enough?
            The recipe needs {two|three|twelve} eggs and {100 g|100 kg|100 ml} of butter.
            Is the limit {50 km/h|50 mph|50 m/s} in {towns|tunnels}?
            Article {5|15|50} of the treaty of {1949|1994} says what?
            Is flight {LH400|LH401|LH4000|HL400} {late|cancelled}?
            Did shares rise {5 %|5 points|50 %} {this|last} week?
            Dilute {1:10|10:1|1:100} before {use|storage}.
            Run at {2x|2|x2} speed for {90 s|90 min}.
            Kostet das {1,5|15|1.500} Euro oder {2|20}?
            Ist {1,500|1500} Liter viel für {ein Bad|einen Pool}?
            Is it {-3|3|30} degrees in {Oslo|Nome}?
            Mix {the first and second|the first or second|the second and first} sample.
            """,
    };
}
