namespace Sutazai.ModelRouter.Tests.Semantic;

/// <summary>Pairs that ask the same: some by rule, most of whose rules the verifier knows, and some written as people write, most of which it cannot know.</summary>
internal static class SameQuestions
{
    private static readonly (string First, string[] Others, string[] Bodies)[] s_rules =
    [
        (
            "How do I {0}?",
            [
                "How can I {0}?", "how to {0}", "how do i {0}", "Could you tell me how to {0}?", "Please explain how to {0}.", "Can you show me how to {0}, please?", "I'd like to know how to {0}.",
                "Hi, how do I {0}? Thanks!", "How do you {0}?", "How does one {0}?", "Do you know how to {0}?", "What's the best way to {0}?", "I want to {0}. How do I do that?", "What steps do I take to {0}?",
                "Hello! Quick question: how can I {0}? Thank you.",
            ],
            [
                "restart nginx without dropping connections", "revert the last commit in git", "parse a CSV file in Python", "add a column to a table in PostgreSQL", "find the largest files in a directory",
                "rotate the logs every week", "share a secret between two pods", "profile the memory of a Java process", "write a regex-free parser", "merge two dictionaries in Python",
                "reset the root password of a MySQL server", "limit a container to 2 CPUs", "renew a TLS certificate before it expires", "forward port 8080 to a virtual machine",
                "export a notebook as HTML", "set up a cron job on Debian", "mock the clock in a unit test", "convert a timestamp to UTC", "deploy to staging from a pull request", "explain a slow query",
            ]),
        (
            "What is {0}?",
            [
                "What's {0}?", "what is {0}", "Could you tell me what {0} is?", "Can you explain what {0} is?", "Please tell me what {0} is.", "I would like to know what {0} is.", "Do you know what {0} is?",
                "Define {0}.", "what exactly is {0}?", "Hey, what is {0}?",
            ],
            [
                "a deadlock", "the CAP theorem", "the default port of PostgreSQL", "an idempotent request", "the time complexity of merge sort", "the capital of Mongolia", "the retention period for audit logs",
                "the purpose of a load balancer", "blue-green deployment", "the difference between a process and a thread",
            ]),
        (
            "Why is {0} {1}?",
            ["Do you know why {0} is {1}?", "How come {0} is {1}?", "What is the reason that {0} is {1}?", "why is {0} {1}", "Can you tell me why {0} is {1}, please?", "Any idea why {0} is {1}?", "What makes {0} {1}?"],
            ["the build|so slow", "my pod|pending", "the disk|full", "the cache|cold after a restart", "the certificate|not trusted", "port 443|closed", "the queue|growing"]),
        (
            "Explain {0}.",
            [
                "Can you explain {0}?", "Could you please explain {0}?", "explain {0} please", "I want you to explain {0}.", "Please explain {0} to me.", "Would you kindly explain {0}?", "Give me an explanation of {0}.",
                "Hi there, can you explain {0}? Thanks in advance!",
            ],
            ["garbage collection in Go", "the rules for expense reports", "how consensus works in Raft", "this stack trace", "eventual consistency with an example", "the two-phase commit protocol", "our on-call rotation"]),
    ];

    public static IEnumerable<(string One, string Other)> ByRule =>
        from rule in s_rules
        from body in rule.Bodies
        from other in rule.Others
        select (string.Format(null, rule.First, body.Split('|')), string.Format(null, other, body.Split('|')));

    public static IEnumerable<(string One, string Other)> ByHand => Written.Split('\n').Select(line => line.Split(" = ")).Select(pair => (pair[0], pair[1]));

    private const string Written =
        """
        How do I undo the last commit? = how can i undo the last commit
        How do I undo the last commit? = How do I take back my latest commit?
        What's the difference between TCP and UDP? = How does TCP differ from UDP?
        What's the difference between TCP and UDP? = Difference between TCP and UDP?
        What is the difference between a list and a tuple? = How is a list different from a tuple?
        How do stacks and queues differ? = What is the difference between stacks and queues?
        What does ACID mean? = What is the meaning of ACID?
        What does idempotent mean? = What is meant by idempotent?
        How do I list all running containers in Docker? = In Docker, how do I list all running containers?
        In Python, how can I reverse a string? = How do I reverse a string in Python?
        How many planets are there in the solar system? = How many planets are in the solar system?
        Which port does SSH use? = What port does SSH use?
        Is there a way to pause a job? = Is it possible to pause a job?
        Is there any way to undo a rebase? = Is it possible to undo a rebase?
        Limit the upload to 5 MB. = Limit the upload to 5MB.
        Limit the upload to 5 megabytes. = Please limit the upload to 5 MB.
        Wait 30 seconds before the next try. = Wait 30 s before the next try.
        What is 15% of 240? = What is 15 percent of 240?
        Name three causes of latency. = Name 3 causes of latency.
        How do I store 10,000 rows? = How do I store 10000 rows?
        Where's the config file? = Where is the config file?
        Can you tell me where the config file is? = Where is the config file?
        Who's on call today? = Could you tell me who is on call today?
        Do you know when the next release is? = When is the next release?
        Can you tell me when the next release is? = When's the next release?
        I was wondering what the retention period is. = What is the retention period?
        Let me know what the status of the deployment is. = What's the status of the deployment?
        Summarize the minutes of the meeting. = Could you summarize the minutes of the meeting, please?
        Summarise the minutes of the meeting. = Summarize the minutes of the meeting.
        Write a function that checks for primes. = Can you write a function that checks for primes?
        Write me a function that checks for primes. = Please write a function that checks for primes.
        List the open tickets. = Can you list the open tickets?
        List the open tickets. = Show me the open tickets.
        Give me an overview of the project. = Could you give me an overview of the project?
        Give me an overview of the project. = I need an overview of the project.
        Restart the worker. = Please restart the worker.
        Can you please restart the worker? = Restart the worker.
        I'd like you to restart the worker. = Please restart the worker.
        Optimise the query. = Optimize the query.
        What colour is the error badge? = What color is the error badge?
        Analyse the log for errors. = Please analyze the log for errors.
        How do I clone a repo? = How do I clone a repository?
        How do I create a folder on the share? = How do I create a directory on the share?
        How do I drain a node in k8s? = How do I drain a node in Kubernetes?
        How do I debounce a function in JS? = How do I debounce a function in JavaScript?
        How do I back up Postgres? = How do I back up PostgreSQL?
        What's new in version 2.1? = What is new in version 2.1?
        What's new in version 2.1? = What changed in version 2.1?
        Why does my build fail? = Why is my build failing?
        Why doesn't the service start? = Why does the service not start?
        Why is the page slow? = What makes the page slow?
        How do I speed up the page? = How can I make the page faster?
        How do I delete a file in Linux? = How do I remove a file in Linux?
        How do I start a server? = How do I launch a server?
        How do I fix a merge conflict? = How do I resolve a merge conflict?
        What is the capital of France? = What is France's capital?
        What is the capital of France? = Which city is the capital of France?
        Who wrote Dune? = Who is the author of Dune?
        How old is the universe? = What is the age of the universe?
        When was Linux first released? = In which year was Linux first released?
        What's the time complexity of quicksort? = How complex is quicksort?
        What are the benefits of caching? = What are the advantages of caching?
        Explain recursion. = Describe recursion.
        Explain recursion simply. = Explain recursion in simple terms.
        Explain what a monad is. = What is a monad?
        How do I exit vim? = How do I quit vim?
        How do I exit vim? = How can I get out of vim?
        Compare REST, GraphQL, and gRPC. = Compare REST, GraphQL and gRPC.
        Which is better for logs, Loki or Elasticsearch? = What is better for logs, Loki or Elasticsearch?
        How do I measure coverage? = How would you go about measuring coverage?
        What is the maximum size of an upload? = How large can an upload be?
        How much memory does the router use? = What is the memory use of the router?
        Show me the log. = Show the log.
        Describe the architecture to me. = Describe the architecture.
        Tell me how many users are active. = How many users are active?
        Please tell me how long the backup takes. = How long does the backup take?
        I need to know why the job failed. = Why did the job fail?
        hey, is the build green? = Is the build green?
        Good morning! Is the build green? = Is the build green?
        Is the build green? = Is the build green
        Draft a reply to the customer, please. = Please draft a reply to the customer.
        Draft a reply to the customer. = Write a draft of a reply to the customer.
        What are linked lists? = What is a linked list?
        How do I sort a list? = How do I sort lists?
        Translate "bonjour" into English. = What does "bonjour" mean in English?
        Wie kann ich einen Branch löschen? = Wie kann man einen Branch löschen?
        Hallo, wie kann ich einen Branch löschen? Danke! = Wie könnte ich einen Branch löschen?
        Kannst du mir sagen, was ein Deadlock ist? = Was ist ein Deadlock?
        Bitte erkläre mir den Unterschied. = Erkläre mir den Unterschied, bitte.
        Wie lösche ich einen Branch? = Wie kann ich einen Branch löschen?
        Wo finde ich das Protokoll? = Hallo, wo finde ich das Protokoll? Vielen Dank!
        Comment puis-je supprimer une branche ? = Comment faire pour supprimer une branche ?
        Bonjour, comment puis-je supprimer une branche ? Merci ! = Comment peut-on supprimer une branche ?
        Pouvez-vous me dire où est le journal ? = Où est le journal ?
        Explique la récursion, s'il te plaît. = Explique la récursion.
        ¿Cómo puedo borrar una rama? = Hola, ¿cómo puedo borrar una rama? Gracias.
        ¿Cómo puedo borrar una rama? = ¿Cómo se puede borrar una rama?
        ¿Puedes decirme dónde está el registro? = ¿Dónde está el registro?
        Explica la recursión, por favor. = Explica la recursión.
        ¿Qué es un deadlock? = ¿Me puedes decir qué es un deadlock?
        """;
}
