using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Sentences labelled by hand, none of them in the profiles.</summary>
public class TextAnalysisLanguageTests
{
    private const string Labelled = """
        en|The museum closes at six on Sundays.
        en|Our neighbours have two cats and a very old dog.
        en|Could you send me the invoice before Friday?
        en|Water boils at a lower temperature in the mountains.
        de|Das Museum schließt sonntags um sechs Uhr.
        de|Unsere Nachbarn haben zwei Katzen und einen alten Hund.
        de|Könnten Sie mir die Rechnung vor Freitag schicken?
        de|In den Bergen kocht Wasser bei niedrigerer Temperatur.
        fr|Le musée ferme à six heures le dimanche.
        fr|Nos voisins ont deux chats et un très vieux chien.
        fr|Pourriez-vous m'envoyer la facture avant vendredi ?
        fr|L'eau bout à une température plus basse en montagne.
        es|El museo cierra a las seis los domingos.
        es|Nuestros vecinos tienen dos gatos y un perro muy viejo.
        es|¿Podría enviarme la factura antes del viernes?
        es|El agua hierve a menor temperatura en las montañas.
        pt|O museu fecha às seis horas aos domingos.
        pt|Os nossos vizinhos têm dois gatos e um cão muito velho.
        pt|Poderia enviar-me a fatura antes de sexta-feira?
        pt|A água ferve a uma temperatura mais baixa nas montanhas.
        it|Il museo chiude alle sei la domenica.
        it|I nostri vicini hanno due gatti e un cane molto vecchio.
        it|Potrebbe inviarmi la fattura prima di venerdì?
        it|L'acqua bolle a una temperatura più bassa in montagna.
        nl|Het museum sluit op zondag om zes uur.
        nl|Onze buren hebben twee katten en een heel oude hond.
        nl|Kunt u mij de factuur voor vrijdag sturen?
        nl|In de bergen kookt water bij een lagere temperatuur.
        sv|Museet stänger klockan sex på söndagar.
        sv|Våra grannar har två katter och en mycket gammal hund.
        sv|Kan du skicka fakturan till mig före fredag?
        sv|Vattnet kokar vid lägre temperatur i bergen.
        da|Museet lukker klokken seks om søndagen.
        da|Vores naboer har to katte og en meget gammel hund.
        da|Kunne du sende mig regningen inden fredag?
        da|Vandet koger ved en lavere temperatur i bjergene.
        no|Museet stenger klokka seks på søndager.
        no|Naboene våre har to katter og en veldig gammel hund.
        no|Kan du sende meg regningen før fredag?
        no|Vannet koker ved lavere temperatur på fjellet.
        fi|Museo suljetaan sunnuntaisin kello kuusi.
        fi|Naapureillamme on kaksi kissaa ja hyvin vanha koira.
        fi|Voisitteko lähettää minulle laskun ennen perjantaita?
        fi|Vuoristossa vesi kiehuu matalammassa lämpötilassa.
        is|Safnið lokar klukkan sex á sunnudögum.
        is|Nágrannar okkar eiga tvo ketti og mjög gamlan hund.
        is|Gætir þú sent mér reikninginn fyrir föstudag?
        is|Vatn sýður við lægra hitastig uppi á fjöllum.
        pl|Muzeum jest zamykane w niedziele o szóstej.
        pl|Nasi sąsiedzi mają dwa koty i bardzo starego psa.
        pl|Czy mógłby pan przesłać mi fakturę przed piątkiem?
        pl|W górach woda wrze w niższej temperaturze.
        cs|Muzeum se v neděli zavírá v šest hodin.
        cs|Naši sousedé mají dvě kočky a velmi starého psa.
        cs|Mohl byste mi poslat fakturu do pátku?
        cs|Voda se na horách vaří při nižší teplotě.
        sk|Múzeum sa v nedeľu zatvára o šiestej hodine.
        sk|Naši susedia majú dve mačky a veľmi starého psa.
        sk|Mohli by ste mi poslať faktúru do piatku?
        sk|Voda na horách vrie pri nižšej teplote.
        hu|A múzeum vasárnap hat órakor zár.
        hu|A szomszédainknak két macskájuk és egy nagyon öreg kutyájuk van.
        hu|El tudná küldeni nekem a számlát péntek előtt?
        hu|A hegyekben a víz alacsonyabb hőmérsékleten forr.
        ro|Muzeul se închide duminica la ora șase.
        ro|Vecinii noștri au două pisici și un câine foarte bătrân.
        ro|Ați putea să îmi trimiteți factura înainte de vineri?
        ro|La munte apa fierbe la o temperatură mai scăzută.
        hr|Muzej se nedjeljom zatvara u šest sati.
        hr|Naši susjedi imaju dvije mačke i vrlo starog psa.
        hr|Možete li mi poslati račun prije petka?
        hr|Voda u planinama vrije na nižoj temperaturi.
        sl|Muzej se ob nedeljah zapre ob šestih.
        sl|Naši sosedje imajo dve mački in zelo starega psa.
        sl|Ali mi lahko pošljete račun pred petkom?
        sl|Voda v gorah zavre pri nižji temperaturi.
        et|Muuseum suletakse pühapäeviti kell kuus.
        et|Meie naabritel on kaks kassi ja väga vana koer.
        et|Kas te saaksite mulle arve enne reedet saata?
        et|Mägedes keeb vesi madalamal temperatuuril.
        lv|Muzejs svētdienās tiek slēgts pulksten sešos.
        lv|Mūsu kaimiņiem ir divi kaķi un ļoti vecs suns.
        lv|Vai jūs varētu man atsūtīt rēķinu līdz piektdienai?
        lv|Kalnos ūdens vārās zemākā temperatūrā.
        lt|Muziejus sekmadieniais uždaromas šeštą valandą.
        lt|Mūsų kaimynai turi dvi kates ir labai seną šunį.
        lt|Ar galėtumėte atsiųsti man sąskaitą iki penktadienio?
        lt|Kalnuose vanduo verda žemesnėje temperatūroje.
        tr|Müze pazar günleri saat altıda kapanıyor.
        tr|Komşularımızın iki kedisi ve çok yaşlı bir köpeği var.
        tr|Faturayı bana cumadan önce gönderebilir misiniz?
        tr|Dağlarda su daha düşük sıcaklıkta kaynar.
        id|Museum itu tutup pukul enam pada hari Minggu.
        id|Tetangga kami mempunyai dua kucing dan seekor anjing tua.
        id|Bisakah Anda mengirimkan faktur sebelum hari Jumat?
        id|Air mendidih pada suhu yang lebih rendah di pegunungan.
        vi|Bảo tàng đóng cửa lúc sáu giờ vào chủ nhật.
        vi|Hàng xóm của chúng tôi có hai con mèo và một con chó rất già.
        vi|Anh có thể gửi hóa đơn cho tôi trước thứ sáu không?
        vi|Nước sôi ở nhiệt độ thấp hơn trên núi.
        ca|El museu tanca a les sis els diumenges.
        ca|Els nostres veïns tenen dos gats i un gos molt vell.
        ca|Em podria enviar la factura abans de divendres?
        ca|L'aigua bull a una temperatura més baixa a les muntanyes.
        sq|Muzeu mbyllet të dielave në orën gjashtë.
        sq|Fqinjët tanë kanë dy mace dhe një qen shumë të vjetër.
        sq|A mund të më dërgoni faturën para së premtes?
        sq|Uji vlon në temperaturë më të ulët në male.
        eu|Museoa igandeetan seietan ixten da.
        eu|Gure auzokideek bi katu eta txakur oso zahar bat dituzte.
        eu|Faktura ostirala baino lehen bidal diezadakezu?
        eu|Mendian ura tenperatura baxuagoan irakiten da.
        sw|Jumba la makumbusho hufungwa saa kumi na mbili siku ya Jumapili.
        sw|Majirani zetu wana paka wawili na mbwa mzee sana.
        sw|Je, unaweza kunitumia ankara kabla ya Ijumaa?
        sw|Maji huchemka kwa joto la chini zaidi milimani.
        af|Die museum sluit Sondae om sesuur.
        af|Ons bure het twee katte en 'n baie ou hond.
        af|Kan jy asseblief die faktuur voor Vrydag vir my stuur?
        af|Water kook by 'n laer temperatuur in die berge.
        ru|По воскресеньям музей закрывается в шесть часов.
        ru|У наших соседей две кошки и очень старая собака.
        ru|Не могли бы вы прислать мне счёт до пятницы?
        ru|В горах вода кипит при более низкой температуре.
        uk|У неділю музей зачиняється о шостій годині.
        uk|У наших сусідів дві кішки і дуже старий собака.
        uk|Чи не могли б ви надіслати мені рахунок до п'ятниці?
        uk|У горах вода кипить за нижчої температури.
        be|У нядзелю музей зачыняецца а шостай гадзіне.
        be|У нашых суседзяў дзве кошкі і вельмі стары сабака.
        be|Ці не маглі б вы даслаць мне рахунак да пятніцы?
        be|У гарах вада кіпіць пры больш нізкай тэмпературы.
        bg|В неделя музеят затваря в шест часа.
        bg|Нашите съседи имат две котки и много старо куче.
        bg|Бихте ли ми изпратили фактурата преди петък?
        bg|В планината водата кипи при по-ниска температура.
        sr|Музеј се недељом затвара у шест сати.
        sr|Наше комшије имају две мачке и врло старог пса.
        sr|Можете ли ми послати рачун пре петка?
        sr|Вода у планинама ври на нижој температури.
        mk|Музејот во недела се затвора во шест часот.
        mk|Нашите соседи имаат две мачки и многу старо куче.
        mk|Дали можете да ми ја испратите сметката пред петок?
        mk|Водата на планина врие на пониска температура.
        ar|يغلق المتحف في الساعة السادسة يوم الأحد.
        ar|لدى جيراننا قطتان وكلب عجوز جداً.
        ar|هل يمكنك أن ترسل لي الفاتورة قبل يوم الجمعة؟
        ar|يغلي الماء عند درجة حرارة أقل في الجبال.
        fa|موزه یکشنبه‌ها ساعت شش بسته می‌شود.
        fa|همسایه‌های ما دو گربه و یک سگ خیلی پیر دارند.
        fa|آیا می‌توانید صورتحساب را پیش از جمعه برای من بفرستید؟
        fa|آب در کوهستان در دمای پایین‌تری می‌جوشد.
        ur|عجائب گھر اتوار کو چھ بجے بند ہو جاتا ہے۔
        ur|ہمارے پڑوسیوں کے پاس دو بلیاں اور ایک بہت بوڑھا کتا ہے۔
        ur|کیا آپ مجھے جمعہ سے پہلے بل بھیج سکتے ہیں؟
        ur|پہاڑوں میں پانی کم درجہ حرارت پر ابلتا ہے۔
        hi|संग्रहालय रविवार को छह बजे बंद हो जाता है।
        hi|हमारे पड़ोसियों के पास दो बिल्लियाँ और एक बहुत बूढ़ा कुत्ता है।
        hi|क्या आप मुझे शुक्रवार से पहले बिल भेज सकते हैं?
        hi|पहाड़ों में पानी कम तापमान पर उबलता है।
        mr|संग्रहालय रविवारी सहा वाजता बंद होते.
        mr|आमच्या शेजाऱ्यांकडे दोन मांजरी आणि एक खूप म्हातारा कुत्रा आहे.
        mr|तुम्ही मला शुक्रवारपूर्वी बिल पाठवू शकता का?
        mr|डोंगरात पाणी कमी तापमानाला उकळते.
        el|Το μουσείο κλείνει στις έξι την Κυριακή.
        he|המוזיאון נסגר בשש ביום ראשון.
        th|พิพิธภัณฑ์ปิดเวลาหกโมงเย็นวันอาทิตย์
        ko|박물관은 일요일 여섯 시에 문을 닫습니다.
        ja|博物館は日曜日の六時に閉まります。
        zh|博物馆星期天六点关门。
        """;

    [Fact]
    public async Task Names_the_language_of_at_least_95_of_100_labelled_sentences()
    {
        List<string> wrong = [];
        var labelled = Labelled.Split('\n').Select(l => l.Trim().Split('|', 2)).ToList();
        foreach (var pair in labelled)
        {
            var answer = await Detect(pair[1]);
            if (answer["lang"]!.GetValue<string>() != pair[0])
            {
                wrong.Add($"{pair[0]}: {pair[1]} -> {answer.ToJsonString()}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{labelled.Count - wrong.Count} of {labelled.Count} right\n{string.Join('\n', wrong)}");
        Assert.True(labelled.Select(l => l[0]).Distinct().Count() >= 40);
        Assert.True(wrong.Count <= labelled.Count * 0.05, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Scores_of_cut_sentences_are_about_as_often_right_as_they_say()
    {
        List<(double Score, bool Right)> judged = [];
        foreach (var pair in Labelled.Split('\n').Select(l => l.Trim().Split('|', 2)))
        {
            var words = pair[1].Split(' ');
            for (var from = 0; from < words.Length; from += 2)
            {
                var answer = await Detect(string.Join(' ', words.Skip(from).Take(2)));
                judged.Add((answer["score"]!.GetValue<double>(), answer["lang"]!.GetValue<string>() == pair[0]));
            }
        }

        var report = judged.GroupBy(j => Math.Min(4, (int)(j.Score * 5))).OrderBy(g => g.Key)
            .Select(g => (Bucket: g.Key, Count: g.Count(), Right: g.Average(j => j.Right ? 1.0 : 0), Said: g.Average(j => j.Score))).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report));
        Assert.All(report.Where(r => r.Bucket >= 3), r => Assert.True(r.Right >= r.Said - 0.1, $"{r}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("xqzt kjhgw pzzrt bvxq")]
    [InlineData("42")]
    [InlineData("ok")]
    public async Task Short_and_senseless_text_is_not_reliable(string text) =>
        Assert.False((await Detect(text))["reliable"]!.GetValue<bool>());

    [Fact]
    public async Task Segments_find_the_planted_changes_of_language()
    {
        var sentences = Labelled.Split('\n').Select(l => l.Trim().Split('|', 2)).GroupBy(l => l[0]).ToDictionary(g => g.Key, g => string.Join(' ', g.Select(l => l[1])));
        string[] order = ["en", "de", "fr", "ru", "es", "pl", "uk", "it", "zh", "fi"];
        var text = string.Join('\n', order.Select(l => sentences[l]));

        var answer = await Run("segments", text);

        var segments = answer["segments"]!.AsArray();
        Assert.Equal(order, segments.Select(s => s!["lang"]!.GetValue<string>()));
        foreach (var (segment, language) in segments.Zip(order))
        {
            var start = segment!["span"]!["start"]!.GetValue<int>();
            Assert.StartsWith(text[start..segment["span"]!["end"]!.GetValue<int>()], text[text.IndexOf(sentences[language], StringComparison.Ordinal)..].TrimStart('¿'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ten_megabytes_on_one_line_are_detected_and_refused_by_segments()
    {
        var huge = string.Concat(Enumerable.Repeat("la maison est grande et le jardin est petit ", 220_000));

        Assert.Equal("fr", (await Detect(huge))["lang"]!.GetValue<string>());
        await Assert.ThrowsAsync<InvalidInputException>(() => Run("segments", huge));
    }

    private static Task<JsonNode> Detect(string text) => Run("detect", text);

    private static async Task<JsonNode> Run(string tool, string text) =>
        (await Catalog.RunAsync("language-detector", tool, JsonSerializer.Serialize(new { text }), TestContext.Current.CancellationToken))!;
}
