namespace Sutazai.ModelRouter.Tests.Semantic;

/// <summary>
/// Questions that differ in one thing that matters. Of each line, the choices in braces exclude each other: a pair is made of any two choices
/// of one place, with the first choice at all others and with the last.
/// </summary>
internal static class DifferentQuestions
{
    public static IReadOnlyDictionary<string, string> Lines { get; } = new Dictionary<string, string>
    {
        ["negation"] =
            """
            How do I {configure|not configure} nginx to {cache|not cache} responses from the {login|search} page?
            Which services {are|are not} covered by the {staging|production} backup policy?
            Should I {commit|not commit} the lock file of {npm|cargo|poetry} to the repository?
            Why {is|isn't} the health check of the {billing|orders} service passing?
            Write a query that returns customers who {have|have never|have not recently} placed an order in {Berlin|Munich}.
            Explain when a mutex {is|is not} needed around a {counter|dictionary}.
            What happens if the leader {does|does not} acknowledge the {first|second} write?
            List the tests that {do|do not|can not} run without {Docker|a network}.
            Is it safe to run the migration {with|without} taking a lock on the {users|orders} table?
            Summarize what the document says {about|not about} {personal data|retention}.
            Which fields {can|cannot|must not} be null in the {invoice|shipment} schema?
            How can I prove that the cache {is|is never|is not always} used for {read|write} requests?
            Please restart the worker{| but do not restart the scheduler| and do not drain the queue}.
            Delete files that {match|do not match} the pattern in {/var/tmp|/var/log}.
            Tell me which users {should|should not} receive the {weekly|daily} report.
            The deployment {must|must not} be visible to {partners|customers}. What do I set?
            Why does the parser {accept|not accept} trailing {commas|semicolons}?
            Can the index be {used|unused} after the {import|export}?
            Welche Dienste laufen {auf|nicht auf} dem {ersten|zweiten} Server?
            Wie kann ich die Sicherung {mit|ohne} {Kompression|Verschlüsselung} starten?
            Pourquoi le service {démarre|ne démarre pas} {après|avant} la mise à jour ?
            ¿Cómo puedo ejecutar la prueba {con|sin} {red|base de datos}?
            """,
        ["numbers"] =
            """
            How do I increase the memory limit to {2|4|8|16} GB for {3|5} pods?
            Convert {100|250|1000} USD to EUR with a rate of {0.92|0.93}.
            What is {15|50|5} percent of {80|800|8000}?
            Why did the job fail with exit code {137|139|1|2}?
            List the top {5|10|20} queries by time in the last {7|14|30} days.
            What changed between version {1.2.3|1.2.4|1.3.2} and version {2.0.0|2.0.1|2.1.0}?
            How do I upgrade PostgreSQL from {13|14|15} to {16|17}?
            Set the timeout to {30|300|3} seconds and retry {3|5|30} times.
            How many requests per second does a replica handle at {50|80|95} % load with {2|4} cores?
            What does HTTP status {401|403|404|500|502|503} mean?
            Split the {90|900} GB dump into {9|10} parts.
            The server has {two|three|four|twelve} disks of {4|8} TB each. How much usable space is there in RAID {5|6|10}?
            Which port does the service use, {80|443|8080|8443}?
            Explain chapter {two|three|seven} of the handbook in {100|200} words or less.
            Move the meeting from {9|10}:00 to {14:00|15:00|14:30}.
            Round {3.14159|3.1416|3.1415} to {two|three} decimals.
            What is the {95th|99th|50th} percentile of latency in the file?
            Is {-5|5|0.5} a valid value for the offset {10|-10}?
            Scale the deployment to {1|3|10} replicas with {1|2|4} CPUs each.
            Is Java {8|11|17|21} still supported in {2025|2026|2027}?
            Give me {three|five|ten} reasons to adopt trunk-based development.
            What is the checksum of block {0|1|15|16}?
            Compute the average of {3, 5 and 7|3, 5 and 9|2, 5 and 7}.
            Allow at most {10|100|1,000|10,000} connections per {client|host}.
            How tall is a stack of {20|200} boxes of {30|35} cm?
            Wie kann ich den Speicher auf {2|4|8} GB begrenzen, wenn {3|5} Prozesse laufen?
            Comment puis-je limiter le délai à {10|30|60} secondes pour {2|3} essais ?
            ¿Cómo puedo borrar los registros de hace más de {7|14|30} días en {2|3} servidores?
            """,
        ["units"] =
            """
            Set the {read|write} timeout to 30 {seconds|minutes|milliseconds|hours}.
            How long does it take to copy 500 {MB|GB|TB|KB|Mb} over a 100 {Mbps|MBps|Gbps} link?
            What is 25 {Celsius|Fahrenheit|Kelvin} in the other scale?
            Is a package of 20 {kg|pounds|grams} allowed on a flight of 3 {hours|days}?
            Keep the logs for 6 {days|weeks|months|years}.
            The rack draws 3 {kW|W|MW|kWh}. What does that cost in a {day|month|year}?
            Convert 12 {miles|kilometers|meters|feet} to yards.
            How much are 50 {dollars|euros|pounds|yen} worth in francs?
            Limit the upload to 10 {MB|Mb|GB|KB} per {user|minute}.
            The pipe is 5 {cm|mm|inches|m} wide. What is its cross-section?
            A drug of 5 {mg|g|ml|mcg} is given every 8 hours. What is the {daily|weekly} dose?
            Is a latency of 20 {ms|s|us|ns} acceptable for a {disk|network} read?
            What is {$5|€5|£5|5 %} of the {gross|net} amount?
            """,
        ["dates and times"] =
            """
            What was deployed on {2024-01-02|2024-02-01|2023-01-02|2024-01-03}?
            Summarize the incidents of {January|February|March|June|July} {2023|2024|2025}.
            Is the office open on {Monday|Tuesday|Sunday} {morning|afternoon|evening}?
            Schedule the backup for {2 am|2 pm|3 am} {UTC|CET|PST} every {day|week|month}.
            What happened {yesterday|today|last week|last month|this week} in the {payments|search} service?
            How many orders came in {the first|the second|the third|the last} quarter of {2022|2023|2024}?
            Who was on call on {3 March|4 March|3 May} between {08:00|20:00} and midnight?
            What is the deadline {this|next} {week|month|quarter|year}?
            List the commits {since|until|before|after} {Friday|Thursday}.
            Which certificates expire {in|within|after} {30|60|90} days?
            Was the {1990s|1980s|2000s} edition better than the {5th|6th} one?
            Which release came out {in the spring|in the autumn|in the last week|last week}?
            Was haben wir {gestern|heute|morgen|letzte Woche|nächste Woche} im Team {Alpha|Beta} geplant?
            Qui était de garde {lundi|mardi|dimanche} {matin|soir} ?
            ¿Qué pasó {ayer|hoy|la semana pasada} en el servicio de {pagos|envíos}?
            """,
        ["entities"] =
            """
            How do I install {Docker|Podman|Kubernetes|Nomad} on {Ubuntu|Debian|Fedora|Windows}?
            What is the capital of {France|Spain|Austria|Australia|Peru}?
            Who wrote {Hamlet|Faust|Dune|Emma}?
            Translate nothing, just tell me who {Alice|Bob|Carol} reports to in the {Berlin|Paris} office.
            Send the invoice of {Contoso|Fabrikam|Initech} to {ada@example.com|bob@example.com|ada@example.org}.
            Explain the difference between {Kafka|RabbitMQ|NATS} and {Redis|Pulsar}.
            Where does {src/app/main.py|src/app/Main.py|src/lib/main.py|src/app/main.pyi} read its settings?
            What does the function {parse_url|parse_uri|parseUrl|ParseUrl} return for {an empty string|null}?
            Why is {https://example.com/a|https://example.com/b|http://example.com/a|https://example.org/a} slow?
            Which team owns the {user-service|users-service|user-services|user_service} in {eu-west-1|eu-west-2|us-west-1}?
            Show the log of pod {web-7f9c|web-7f9d|web-79fc} in namespace {dev|prod|test}.
            What is commit {3fa9c1e|3fa9c1f|4fa9c1e} about?
            How do I center a {div|span|table} in {CSS|LaTeX|Markdown}?
            What is the boiling point of {water|ethanol|mercury|Mercury} at sea level?
            How do I export a {chart|table|slide} from {Excel|PowerPoint|Numbers}?
            Compare {AWS|Azure|GCP} and {Hetzner|OVH} for a small team.
            How many people work for {us|US|IT|it}?
            Is the {python|Java|Rust|Go} client of {Stripe|Adyen} thread-safe?
            What does the error {"disk full"|"disk failed"|"Disk full"} from {rsync|tar} mean?
            Rotate the key {KEY_A|KEY_B|key_a} of account {ACME-1|ACME-2}.
            Draft a mail to {Mr Smith|Mrs Smith|Mr Smyth} about the {contract|offer}.
            Which licence does {curl|wget|OpenSSL|GnuTLS} have?
            What is the population of {Georgia|Germany|Ghana}'s {capital|largest city}?
            Does {React|Vue|Angular|Svelte} support {hooks|signals}?
            Set {--max-old-space-size|--max-semi-space-size|--max-old-space} for {node|npm}.
            Read {C:\logs\a.txt|C:\logs\b.txt|D:\logs\a.txt} and count its {lines|errors}.
            Wie installiere ich {Docker|Podman} unter {Debian|Windows}?
            Qui a écrit {Les Misérables|Madame Bovary|Germinal} ?
            ¿Cuál es la capital de {Chile|Perú|Bolivia}?
            """,
        ["order and roles"] =
            """
            How do I migrate {from MySQL to PostgreSQL|from PostgreSQL to MySQL}?
            Copy the files {from staging to production|from production to staging|to staging from production}.
            Convert {JSON to YAML|YAML to JSON|CSV to JSON|JSON to CSV}.
            Did {Alice report Bob|Bob report Alice} to the {board|police}?
            Is {Rust faster than Go|Go faster than Rust|Rust slower than Go} for {parsing|sorting}?
            Subtract {a from b|b from a} and divide the result {by c|into c}.
            Which came first, {TCP before UDP|UDP before TCP}?
            Merge {main into the feature branch|the feature branch into main}.
            Does {the client send the token to the server|the server send the token to the client} {first|last}?
            Why does {A depend on B|B depend on A} in the {build|runtime} graph?
            Rebase {develop onto release|release onto develop}.
            Who {hired Ada|did Ada hire} in {2019|2020}?
            Flights {from Paris to Rome|from Rome to Paris|to Paris from Rome} on {Friday|Saturday}?
            Is {2 greater than x|x greater than 2}?
            What does {the lender owe the borrower|the borrower owe the lender}?
            Should {the cache be checked before the database|the database be checked before the cache}?
            Translate nothing: did {the dog bite the man|the man bite the dog}?
            Replace {tabs with spaces|spaces with tabs} in {every file|the current file}.
            Redirect {example.com to example.org|example.org to example.com}.
            Pipe the output {of grep into sort|of sort into grep}.
            Explain how to move a {user from group A to group B|user from group B to group A}.
            Cast {int to string|string to int|int to float|float to int} in {Java|C#}.
            Which is older, {a table that references a view|a view that references a table}?
            Encode {base64 to hex|hex to base64}.
            How do I call {Python from C|C from Python|C++ from Python|Python from C++}?
            Wie kopiere ich Dateien {von A nach B|von B nach A}?
            Comment puis-je convertir {du XML en JSON|du JSON en XML} ?
            ¿Cómo puedo pasar {de Java a Kotlin|de Kotlin a Java}?
            """,
        ["comparisons"] =
            """
            Which {customers|suppliers} have {more|less|fewer|at least|at most|exactly} {10|12} orders?
            Find the {largest|smallest|newest|oldest} file in the {home|temp} directory.
            Is the {first|second} model {better|worse|cheaper|more expensive} than the baseline?
            List pods that use {more than|less than|exactly|about} 500 MB.
            What is the {fastest|slowest|cheapest|safest} way to copy a {disk|database}?
            Sort the rows by price {ascending|descending} and by date {ascending|descending}.
            Show the {highest|lowest|average|median} temperature of {May|June}.
            Which nodes are {above|below|at} the limit of {80|90} percent?
            Is latency {higher|lower} on {x86|ARM}?
            Return items priced {under|over|at} {20|25} euros.
            Who earned the {most|least} in the {north|south} region?
            Is A {as fast as|faster than|slower than|almost as fast as} B?
            Which branch is {ahead of|behind} {main|develop}?
            Is x {<|>|<=|>=|=} y when y is {1|0}?
            Welcher Server ist {schneller|langsamer|teurer} als der {alte|neue}?
            """,
        ["quantifiers"] =
            """
            Delete {all|some|none|half|most} of the {snapshots|backups} of volume A.
            Do {all|any|both|most|few|a few} of the replicas answer {reads|writes}?
            Which tests {always|never|sometimes|often|rarely} fail on {ARM|x86}?
            Notify {everyone|someone|nobody|anyone} in the {ops|dev} channel.
            Restart {each|every other|one|only one|only the first} of the {workers|brokers}.
            {Only|Even} admins may {read|write} the audit log, right?
            Does {every|any|no|one} node hold {the full|a partial} copy?
            Remove {only|all but|all except|everything and} the {last|first} two entries.
            Give {a|every|one more|no} example of a {race|leak}.
            How {many|much|often|long} {runs|threads} are allowed?
            Are there {few|a few|many|too many} open {tickets|incidents}?
            Is the {most|more|least} used index {in memory|on disk}?
            Alert me when {any|all|both} of the {disks|links} are down.
            Gib {alle|keine|einige|nur die neuen} {Zeilen|Spalten} aus.
            Supprime {tous|certains|aucun} des {fichiers|dossiers} de test.
            Borra {todos|algunos|ninguno} de los {archivos|usuarios} de prueba.
            """,
        ["antonyms"] =
            """
            How do I {enable|disable} two-factor authentication for {admins|guests}?
            How can I {increase|decrease} the {heap|stack} size?
            {Allow|Deny|Block|Log} traffic from {10.0.0.0/8|10.0.0.0/16|192.168.0.0/16}.
            How do I {mount|unmount|format} a {volume|share}?
            {Approve|Reject|Delay} the refund of order {1001|1002}.
            Is port 6379 {open|closed|filtered} by default on {Debian|Alpine}?
            How to {encrypt|decrypt|sign|hash} a {file|message} with gpg?
            {Start|Stop|Restart|Pause} the {web|mail} server.
            How do I {attach|detach} a debugger {before|after} a crash?
            How do I {grant|revoke} {read|write} access to the bucket?
            Should I {buy|sell|hold} the {bonds|shares}?
            How do I {push|pull|fetch} {a tag|a branch}?
            Is the {best|worst|average} case of quicksort {linear|quadratic}?
            {Upgrade|Downgrade} the {client|server} to the stable channel.
            How do I {lock|unlock} the {account|table}?
            What are the {advantages|disadvantages|limits} of {sharding|replication}?
            Can I {import|export} {contacts|calendars}?
            How do I {install|uninstall|update} the {agent|plugin}?
            Turn {on|off} {verbose|debug} logging.
            Is the {left|right} join {inner|outer}?
            How do I {subscribe to|unsubscribe from} the {news|alerts}?
            Show {incoming|outgoing} {mail|traffic}.
            How do I {serialize|deserialize|validate} {a date|an enum}?
            Is this call {synchronous|asynchronous} on the {client|server}?
            {Include|Exclude} {hidden|empty} files.
            Explain {inheritance|composition} {with|without} code.
            How do I {hire|fire|promote} a {contractor|manager}?
            Wie kann ich die Benachrichtigungen {einschalten|ausschalten} und den Ton {lauter|leiser} stellen?
            Comment puis-je {activer|désactiver} le mode {sombre|clair} ?
            ¿Cómo puedo {activar|desactivar} el modo {oscuro|claro}?
            """,
        ["constraints"] =
            """
            How do I rename a branch{| on the remote| without losing its history| that others use}?
            Write a function that sorts a list{| in place| without recursion| of strings| in descending order}.
            Explain DNS{| to a child| in one sentence| with an example| without jargon}.
            How do I back up a database{| while it is running| to another region| every night| with encryption}?
            What is a good laptop{| for programming| under 1000 euros| with Linux}?
            Summarize the report{| in French| in three bullets| for the board| with all figures}.
            How do I run a container{| as root| in the background| with a GPU| on boot}?
            Write unit tests{| for the edge cases| without mocks| in xUnit| with 100 % coverage}.
            How do I download a file{| with curl| over a proxy| and resume it| as another user}?
            Design a schema for orders{| and refunds| with history| in one table}.
            Suggest a name for a service{| that sends mail| in Latin| of five letters}.
            Show me disk usage{| by directory| in bytes| of hidden files| per user}.
            What is the return policy{| for shoes| after 30 days| in Canada}?
            How do I parse dates{| in UTC| with time zones| leniently| in the German format}?
            Deploy the app{| to staging first| if the tests pass| unless it is Friday| and then the docs}.
            Find duplicates{| by name| by content| ignoring case| and delete them}.
            Restart nginx{| gracefully| if it is down| and php-fpm| at midnight}.
            Plan a trip to Rome{| with children| by train| in August| on a budget}.
            Wie kann ich einen Ordner löschen{| und den Inhalt behalten| auf dem Server| als Administrator}?
            """,
        ["code"] =
            """
            What does `{x = x + 1|x = x - 1|x == x + 1|x =+ 1}` do in {C|Python}?
            Fix this: `for i in range({1|0}, {10|n}): print(i)`
            Is `{a && b|a || b|a & b|!a && b}` evaluated lazily?
            What is wrong with SELECT {name|id} FROM users WHERE age {>|<|>=} 18?
            Explain `git reset --{hard|soft|mixed} HEAD{~1|~2|^}`.
            Does `{let|const|var} x = {[]|{}|null}` allow reassignment?
            Why does `{rm -rf ./build|rm -rf /build|rm -r ./build}` ask for a password?
            What is the result of {5 / 2|5 // 2|5 % 2|2 / 5}?
            Is foo({a, b|b, a|a|*a}) valid?
            Does the expression {i++|++i|i--} return the old value?
            What does {chmod 755|chmod 775|chmod 777|chown 755} do?
            What does `{>>|>|<|2>}` do in {bash|PowerShell}?
            What does {List<int>|List<string>|IList<int>} mean?
            What does {user.getName|user.setName|user.get_name} return?
            What is the type of `{"1"|1|'1'|1.0}` in {Python|JavaScript}?
            What does the pattern `{^a+$|^a*$|a+|^A+$}` match?
            Review: ```if (x {<|<=|>} 0) return {-1|1};```
            """,
        ["language"] =
            """
            {What is a file?|Was ist ein File?|¿Qué es un file?}
            {How do I install Docker?|Wie installiere ich Docker?|Comment installer Docker ?|¿Cómo instalar Docker?}
            {Where is the station?|Wo ist der Bahnhof?|Où est la gare ?|¿Dónde está la estación?}
            {Explain recursion.|Erkläre Rekursion.|Explique la récursion.|Explica la recursión.}
            {Who is Ada Lovelace?|Wer ist Ada Lovelace?|Qui est Ada Lovelace ?|¿Quién es Ada Lovelace?}
            {Thanks, what is Linux?|Danke, was ist Linux?|Merci, Linux c'est quoi ?}
            Answer in {English|German|French}: what is a {monad|functor}?
            Translate "good {morning|evening}" into {German|Dutch|Polish}.
            {привет, что такое Linux|hi, what is Linux|Γεια, τι είναι το Linux}
            {东京的人口是多少|北京的人口是多少|東京の人口は}
            How do you spell {colour|color|collar} in {British|American} English?
            What is the plural of {datum|stadium|index}?
            How many letters are in {repository|repo|repositories}?
            Rewrite politely: {can you tell me the way|tell me the way|please tell me the way}
            Translate to French: {I don't know|I do not know why|I know}
            """,
    };
}
