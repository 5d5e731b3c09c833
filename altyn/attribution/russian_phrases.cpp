#include "altyn/attribution/russian_phrases.h"

// In the order of the report. A sentence here is the one that the line's own file writes, {} where
// it puts a number or a name; the Russian takes them in the same order.

namespace altyn::attribution {

std::span<const Phrase> russian_phrases() {
  static constexpr Phrase kPhrases[] = {
      // Titles of the report
      {"Did the {} raise {} trade by {}?", "Увеличил ли {} торговлю пары {} на {}?"},
      {"Did the {} lower {} trade by {}?", "Сократил ли {} торговлю пары {} на {}?"},
      {"What was claimed", "Что заявлено"},
      {"Summary", "Кратко"},
      {"Lines of evidence", "Линии свидетельств"},
      {"Together", "Вместе"},
      {"Confidence", "Уверенность"},
      {"What would change this", "Что изменило бы вывод"},
      {"Rules", "Правила"},
      {"Tables", "Таблицы"},
      {"Methods", "Методы"},
      {"Sources", "Источники"},
      {"The number", "Величина"},
      {"The cause", "Причина"},
      {"Left out: {}.", "Не вычислено: {}."},
      {"Share of the growth: at most {}.", "Доля роста, не более: {}."},
      {"Share of the growth: {}.", "Доля роста: {}."},
      {"Chance of {} or more: {}.", "Вероятность {} или больше: {}."},
      {"{} to {}, middle {}", "{} – {}, середина {}"},
      {"Confidence: {}.", "Уверенность: {}."},
      {"low", "низкая"},
      {"medium", "средняя"},
      {"high", "высокая"},
      {"below 1%", "менее 1 %"},
      {"above 99%", "более 99 %"},
      // The number
      {"Wrong", "Неверна"},
      {"Right", "Верна"},
      {"Right, for this window only", "Верна только для этого периода"},
      {"Cannot be checked", "Проверить нельзя"},
      {"turnover", "оборот"},
      {"exports", "экспорт"},
      {"imports", "импорт"},
      {"nearly {}", "почти {}"},
      {"about {}", "около {}"},
      {"more than {}", "более {}"},
      {"less than {}", "менее {}"},
      {"The figure holds for the months it names: {} in {} was {} million USD against {} in {}, {} "
       "where {} is stated.",
       "Число верно для названных месяцев: {} за {} – {} млн долл. против {} за {}: {}, заявлено "
       "{}."},
      {"The figure holds: {} in {} was {} million USD against {} in {}, {} where {} is stated.",
       "Число верно: {} за {} – {} млн долл. против {} за {}: {}, заявлено {}."},
      {"The data do not bear the figure out: {} in {} was {} million USD against {} in {}, {} "
       "where {} is stated, {} points below what its words cover.",
       "Данные не подтверждают число: {} за {} – {} млн долл. против {} за {}: {}, заявлено {}; "
       "это на {} п.п. ниже того, что покрывают слова."},
      {"The data do not bear the figure out: {} in {} was {} million USD against {} in {}, {} "
       "where {} is stated, {} points above what its words cover.",
       "Данные не подтверждают число: {} за {} – {} млн долл. против {} за {}: {}, заявлено {}; "
       "это на {} п.п. выше того, что покрывают слова."},
      {"Windows of the same length ending within a year of it run from {} ({}) to {} ({}); this "
       "one is the highest of {}.",
       "Окна той же длины, кончающиеся в пределах года от него, дают от {} ({}) до {} ({}); это – "
       "самое высокое из {}."},
      {"Windows of the same length ending within a year of it run from {} ({}) to {} ({}); this "
       "one is the {} highest of {}.",
       "Окна той же длины, кончающиеся в пределах года от него, дают от {} ({}) до {} ({}); это – "
       "{}-е по высоте из {}."},
      {"Trade in the claimed months stayed {} below the same months of {}.",
       "Торговля в названные месяцы осталась на {} ниже, чем в те же месяцы {} года."},
      {"Trade in the claimed months was the highest since {}.",
       "Торговля в названные месяцы была самой высокой с {} года."},
      {"All of its growth only regains the mean of the {} years before.",
       "Весь рост лишь возвращает к среднему за {} предыдущих лет."},
      {"{} of its growth only regains the mean of the {} years before.",
       "{} роста лишь возвращает к среднему за {} предыдущих лет."},
      {"{} of the log growth only regains the mean of the {} years before.",
       "{} логарифмического роста лишь возвращает к среднему за {} предыдущих лет."},
      {"Left out for a blank month: {}.", "Пропущено из-за пустого месяца: {}."},
      {"Left out for a blank month or no trade: {}.",
       "Пропущено из-за пустого месяца или отсутствия торговли: {}."},
      {"Right: within {} points of growth, or {} of the figure, of what its words cover.",
       "Верна: в пределах {} п.п. роста или {} от числа того, что покрывают слова."},
      {"Right for this window only: and a window of the same length ending within a year differs "
       "by more than {} points.",
       "Верна только для этого периода: и окно той же длины в пределах года отличается более чем "
       "на {} п.п."},
      {"The stated figure against the data", "Заявленное число и данные"},
      {"The gap is to the growths the claim's words cover; a blank one is not claimed.",
       "Разрыв – до роста, который покрывают слова; пустое не заявлено."},
      {"Every window of 1 to 12 months ending within a year of the claimed one",
       "Все окна от 1 до 12 месяцев, кончающиеся в пределах года от заявленного"},
      {"{} windows with a month that is blank or outside the data are left out.",
       "Пропущены окна с пустым месяцем или вне данных: {}."},
      {"The claimed months against the same months of earlier years",
       "Названные месяцы и те же месяцы прежних лет"},
      {"Monthly trade", "Торговля по месяцам"},
      {"A blank month was never published.", "Пустой месяц не публиковался."},
      // The cause
      {"Supported", "Подтверждается"},
      {"Contradicted", "Опровергается"},
      {"Not supported", "Не подтверждается"},
      {"Possible, not shown", "Возможна, не показана"},
      {"Not testable with these data", "Непроверяема"},
      {"No cause claimed", "Причина не названа"},
      {"The claim names no cause, so none is judged.",
       "Причина в утверждении не названа и потому не оценивается."},
      {"Every main line of evidence finds it likely that {} explains {}.",
       "Каждая главная линия свидетельств считает вероятным, что {} объясняет {}."},
      {"No main line of evidence leaves room for {} to explain {}.",
       "Ни одна главная линия свидетельств не оставляет места тому, что {} объясняет {}."},
      {"These data do not show that {} explains {}.",
       "Эти данные не показывают, что {} объясняет {}."},
      {"No main line of evidence finds it likely.",
       "Ни одна главная линия свидетельств не считает это вероятным."},
      {"Only one main line of evidence finds it likely.",
       "Только одна главная линия свидетельств считает это вероятным."},
      {"It is possible that {} explains {}, but these data do not show it.",
       "Возможно, что {} объясняет {}, но эти данные этого не показывают."},
      {"The main lines of evidence disagree or are too wide.",
       "Главные линии свидетельств расходятся или слишком широки."},
      {"On all main lines together this is {} (chance {}).",
       "По всем главным линиям вместе это {} (вероятность {})."},
      {"virtually certain", "практически достоверно"},
      {"very likely", "весьма вероятно"},
      {"likely", "вероятно"},
      {"about as likely as not", "столь же вероятно, сколь и нет"},
      {"unlikely", "маловероятно"},
      {"very unlikely", "весьма маловероятно"},
      {"exceptionally unlikely", "крайне маловероятно"},
      {"the Eurasian Economic Union", "Евразийский экономический союз"},
      {"the European Union", "Европейский союз"},
      {"Eurasian Economic Union", "Евразийский экономический союз"},
      {"European Union", "Европейский союз"},
      {"\"{}\" ({} of the growth or more)", "«{}» ({} роста или больше)"},
      {"{} of the growth or more", "{} роста или больше"},
      {"to a large extent", "в значительной мере"},
      {"fully", "полностью"},
      {"mainly", "главным образом"},
      {"partly", "отчасти"},
      {"Trade between members is not trade because of membership.",
       "Торговля между членами – не то же, что торговля благодаря членству."},
      {"What would have been traded without the agreement is an estimate, never an observation.",
       "Торговля, какой она была бы без соглашения, – всегда оценка, а не наблюдение."},
      {"Shares of the growth are not computed, because trade did not move by 1% or more in the "
       "direction claimed.",
       "Доли роста не вычислены: торговля не изменилась на 1 % или больше в заявленную сторону."},
      {"From each main line's chance that the share reaches the threshold: supported when all are "
       "above {}, contradicted when all are below {}, not supported when all are below {}, "
       "otherwise possible, not shown.",
       "По вероятности того, что доля достигает порога, на каждой главной линии: подтверждается, "
       "если все выше {}; опровергается, если все ниже {}; не подтверждается, если все ниже {}; "
       "иначе возможна, не показана."},
      {"Calibration: {} partners without any agreement, put in the pair's place over windows of "
       "the same length ({} cases), are called supported in {} of cases, and in {} by the lines "
       "that see the pair's own trade alone ({}).",
       "Калибровка: партнёры без какого-либо соглашения ({}), поставленные на место пары в окнах "
       "той же длины (случаев: {}), получают «подтверждается» в {} случаев, а по линиям, которые "
       "видят только торговлю самой пары, – в {} ({})."},
      {"{} together, lines on the same estimate sharing one weight, put the share of the growth at "
       "{} (90% interval {} to {}); the chance that it reaches {} is {}.",
       "{} вместе (линии на одной оценке делят один вес) дают долю роста {} (90-процентный "
       "интервал {} – {}); вероятность, что она достигает {}, равна {}."},
      {"{} together, each with the same weight, put the share of the growth at {} (90% interval {} "
       "to {}); the chance that it reaches {} is {}.",
       "{} вместе, с равным весом, дают долю роста {} (90-процентный интервал {} – {}); "
       "вероятность, что она достигает {}, равна {}."},
      {"{} together put the share of the growth at {} (90% interval {} to {}); the chance that it "
       "reaches {} is {}.",
       "{} вместе дают долю роста {} (90-процентный интервал {} – {}); вероятность, что она "
       "достигает {}, равна {}."},
      {"No main line of evidence can be computed from these data.",
       "Ни одну главную линию свидетельств по этим данным вычислить нельзя."},
      // What would change it; confidence
      {"Other partners: a common growth of {} or less among those outside the agreement, in place "
       "of {}.",
       "Другие партнёры: общий рост вне соглашения {} или меньше вместо {}."},
      {"Synthetic control: a gain of {} on it between the windows, in place of {}; nine of ten "
       "partners that never joined moved between {} and {}.",
       "Синтетический контроль: выигрыш перед ним между окнами {} вместо {}; у девяти из десяти не "
       "вступавших партнёров он от {} до {}."},
      {"Sizes and third countries: a predicted growth of {} or less in place of {}.",
       "Размеры и третьи страны: предсказанный рост {} или меньше вместо {}."},
      {"Estimated effect: one that rose by {} between the windows; the draws put its rise between "
       "{} and {}.",
       "Оценённый эффект: такой, что вырос между окнами на {}; по розыгрышам его прирост – от {} "
       "до {}."},
      {"The claim's words: if they stood for {} of the growth or less, in place of {}, the verdict "
       "would be \"{}\".",
       "Слова утверждения: если бы они означали {} роста или меньше вместо {}, вывод был бы «{}»."},
      {"The claim's words: if they stood for {} of the growth or more, in place of {}, the verdict "
       "would be \"{}\".",
       "Слова утверждения: если бы они означали {} роста или больше вместо {}, вывод был бы «{}»."},
      {"The rule: {} comes nearest, with a chance of {}; a bound for \"not supported\" at or below "
       "that, in place of {}, would leave it at \"possible, not shown\".",
       "Правило: ближе всех {}, с вероятностью {}; граница «не подтверждается» на этом уровне или "
       "ниже вместо {} оставила бы вывод «возможна, не показана»."},
      {"Strengthens: {}", "Усиливает: {}"},
      {"Weakens: {}", "Ослабляет: {}"},
      {"{} of {} partners outside the agreement stray from their common growth by as much as the "
       "claimed share would move the pair",
       "{} из {} партнёров вне соглашения отклоняются от общего роста на столько, на сколько "
       "заявленная доля сдвинула бы пару"},
      {"with a start pretended in {}, the pair's trade departs by {}",
       "при мнимом начале (дата: {}) торговля пары отходит на {}"},
      {"before the start the synthetic control misses the pair's trade by {} on average",
       "до начала синтетический контроль в среднем ошибается на {}"},
      {"the two sides' records agree on the sign of the pair's own growth",
       "данные двух сторон сходятся в знаке собственного роста пары"},
      {"the two sides' records disagree on the sign of the pair's own growth",
       "данные двух сторон расходятся в знаке собственного роста пары"},
      {"pairs the agreement binds moved with the others before it began",
       "пары соглашения двигались вместе с остальными до его начала"},
      {"pairs the agreement binds already differed from {} in {}, before it began",
       "пары соглашения отличались от {} года уже в {}, до его начала"},
      {"of {} published findings {} are positive and {} are nil, negative or mixed",
       "из {} опубликованных выводов {} положительных и {} нулевых, отрицательных или смешанных"},
      {"{} of {} main lines point the same way", "{} из {} главных линий указывают в одну сторону"},
      // L1
      {"Other partners in the same months", "Другие партнёры в те же месяцы"},
      {"Did trade with countries outside the agreement grow as much?",
       "Росла ли так же торговля со странами вне соглашения?"},
      {"What is left to the pair holds everything particular to it, not integration alone.",
       "В том, что остаётся паре, – всё особенное в ней, не только интеграция."},
      {"The pair ranks {} of {} partners (p = {} among the {} outside the agreement, whose trade "
       "grew by {} together and {} at the median).",
       "Пара – {}-я из {} партнёров (p = {} среди {} вне соглашения, чья торговля выросла на {} "
       "вместе и на {} по медиане)."},
      {"That leaves {} to {} of the log growth to anything particular to the pair.",
       "На всё особенное в паре остаётся от {} до {} логарифмического роста."},
      {"{} partners outside the agreement", "партнёров вне соглашения: {}"},
      {"{}'s trade with every partner in the same months",
       "Торговля со всеми партнёрами в те же месяцы: {}"},
      {"Log growth of every partner of the same reporter in the same months. The common growth of "
       "partners outside the agreement (together, mean and median, partners resampled) is taken "
       "off the pair's own; the deviation of a partner drawn at random stands for what any pair "
       "may do for reasons of its own. p = (1 + partners that grew as much) / (partners + 1). "
       "Members of the agreement are shown apart.",
       "Логарифмический рост каждого партнёра той же страны в те же месяцы. Общий рост партнёров "
       "вне соглашения (вместе, среднее и медиана, с повторной выборкой партнёров) вычитается из "
       "роста пары; отклонение случайного партнёра показывает, на что способна любая пара по своим "
       "причинам. p = (1 + число выросших не меньше) / (число партнёров + 1). Члены соглашения "
       "показаны отдельно."},
      // L2
      {"Prices and currency", "Цены и валюта"},
      {"How much growth do world prices alone predict?",
       "Какой рост предсказывают одни мировые цены?"},
      {"What prices leave over is not yet integration: demand, other goods' prices and the pair's "
       "own news are in it.",
       "Остаток за вычетом цен – ещё не интеграция: в нём спрос, цены других товаров и новости "
       "самой пары."},
      {"From {} alone, a month ahead of trade, growth of {} was to be expected (90% interval {} to "
       "{}; R2 {} before the window).",
       "По одной цене ({}), на месяц раньше торговли, следовало ожидать роста {} (90-процентный "
       "интервал {} – {}; R² {} до окна)."},
      {"From {} alone, {} months ahead of trade, growth of {} was to be expected (90% interval {} "
       "to {}; R2 {} before the window).",
       "По одной цене ({}), с опережением в месяцах {}, следовало ожидать роста {} (90-процентный "
       "интервал {} – {}; R² {} до окна)."},
      {"From {} alone, growth of {} was to be expected (90% interval {} to {}; R2 {} before the "
       "window).",
       "По одной цене ({}) следовало ожидать роста {} (90-процентный интервал {} – {}; R² {} до "
       "окна)."},
      {"At most about {} of the log growth is left to anything else.",
       "На всё остальное приходится не более {} логарифмического роста."},
      {"12-month log changes: trade, and what prices predict",
       "Изменения за 12 месяцев в логарифмах: торговля и предсказание по ценам"},
      {"Fitted {} to {}, before the claimed window, a month ahead of trade.",
       "Подобрано на {} – {}, до заявленного окна, на месяц раньше торговли."},
      {"Fitted {} to {}, before the claimed window, {} months ahead of trade.",
       "Подобрано на {} – {}, до заявленного окна, с опережением в месяцах {}."},
      {"Fitted {} to {}, before the claimed window.", "Подобрано на {} – {}, до заявленного окна."},
      {"The band is for nine months of ten.", "Полоса – для девяти месяцев из десяти."},
      {"fitted {} to {} ({} months); left out for a blank month: {}",
       "подобрано на {} – {} (месяцев: {}); пропущено из-за пустого месяца: {}"},
      {"fitted {} to {} ({} months)", "подобрано на {} – {} (месяцев: {})"},
      {"Least squares of the pair's 12-month log changes on those of the price, on months before "
       "the claimed window only; the delay from price to trade is the one with the lowest Schwarz "
       "criterion. Standard errors: Newey and West (1987), 18 months. The prediction interval "
       "holds the coefficients' error and the errors of the months ahead, as correlated as the "
       "residuals; Student's t with one degree of freedom per year of data.",
       "Наименьшие квадраты: изменения торговли пары за 12 месяцев на изменения цены, только по "
       "месяцам до заявленного окна; запаздывание – с наименьшим критерием Шварца. Стандартные "
       "ошибки: Ньюи и Уэст (1987), 18 месяцев. Интервал предсказания учитывает ошибку "
       "коэффициентов и ошибки будущих месяцев, коррелированные как остатки; распределение "
       "Стьюдента с одной степенью свободы на год данных."},
      // L3
      {"Synthetic control", "Синтетический контроль"},
      {"Did the pair's trade leave that of a mixture of partners outside the agreement which moved "
       "with it before?",
       "Отошла ли торговля пары от смеси партнёров вне соглашения, которая прежде двигалась вместе "
       "с ней?"},
      {"What sets the pair apart after the start holds everything particular to it, not "
       "integration alone; with one pair treated, chance is judged from the partners' own "
       "departures.",
       "В том, чем пара отличается после начала, – всё особенное в ней, не только интеграция; пара "
       "одна, и случайность оценивается по отклонениям самих партнёров."},
      {"Since {} the pair's trade has stood {} from its synthetic control, and between the windows "
       "it gained {} on it.",
       "После начала ({}) торговля пары отстоит от синтетического контроля на {}, а между окнами "
       "выиграла у него {}."},
      {"Without one partner of the mixture at a time that gain runs from {} to {}.",
       "Без одного из партнёров смеси этот выигрыш – от {} до {}."},
      {"Among {} partners treated as if they had joined, it is the {} largest (p = {}).",
       "Среди {} партнёров, будто бы тоже вступивших, он {}-й по величине (p = {})."},
      {"Monthly trade of the pair, and of its synthetic control",
       "Торговля пары по месяцам и её синтетический контроль"},
      {"The control is a weighted mixture of other partners, set to follow the pair before the "
       "agreement.",
       "Контроль – взвешенная смесь других партнёров, подобранная так, чтобы следовать за парой до "
       "соглашения."},
      {"The band holds nine of ten partners treated as if they had joined.",
       "В полосе – девять из десяти партнёров, будто бы тоже вступивших."},
      {"Partners that the synthetic control is made of", "Из кого состоит синтетический контроль"},
      {"Months before the start that carry weight: {}.", "Месяцы до начала, имеющие вес: {}."},
      {"Left out for a blank month of the pair: {}.", "Пропущено из-за пустого месяца пары: {}."},
      {"Not used, for a month without trade: {}.", "Не взяты из-за месяца без торговли: {}."},
      {"Every partner treated as if it had joined", "Каждый партнёр, будто бы тоже вступивший"},
      {"Growth between the windows beyond the partner's own control.",
       "Рост между окнами сверх собственного контроля партнёра."},
      {"The same comparison under other designs", "То же сравнение в других постановках"},
      {"Standard errors: of the placebos' spread, and by leaving out one partner at a time where "
       "several are treated.",
       "Стандартные ошибки: по разбросу плацебо, а где пар несколько – поочерёдным исключением "
       "партнёров."},
      {"synthetic difference in differences", "синтетическая разность разностей"},
      {"synthetic control", "синтетический контроль"},
      {"difference in differences", "разность разностей"},
      {"{} treated together", "вместе: {}"},
      {"without {}", "без партнёра: {}"},
      {"start pretended in {}, months before the true one only",
       "мнимое начало: {}, только месяцы до настоящего"},
      {"Synthetic difference-in-differences on monthly log trade: weights of partners outside the "
       "agreement, and of months before it began, that make the mixture move with the pair before. "
       "The share is the mean difference in the claimed window less that in the window compared "
       "with, over the log growth. Its error is the same quantity of partners that are treated as "
       "if they had joined. Weights solve a quadratic programme over the simplex, with "
       "certificate.",
       "Синтетическая разность разностей по логарифмам месячной торговли: веса партнёров вне "
       "соглашения и месяцев до него таковы, что смесь движется вместе с парой. Доля – средняя "
       "разность в заявленном окне минус разность в окне сравнения, к логарифмическому росту. Её "
       "ошибка – та же величина у партнёров, будто бы тоже вступивших. Веса решают квадратичную "
       "программу на симплексе, с сертификатом."},
      // L4
      {"Sizes and third countries", "Размеры и третьи страны"},
      {"Did the two countries' trade with each other grow more than their trade with everyone else "
       "lets expect?",
       "Росла ли взаимная торговля больше, чем следует из торговли обеих стран со всеми "
       "остальными?"},
      {"Calendar years, not the claimed months.", "Календарные годы, а не названные месяцы."},
      {"What is left to the pair holds everything particular to it, not integration alone; trade "
       "diverted from others is in it.",
       "В том, что остаётся паре, – всё особенное в ней, не только интеграция, в том числе "
       "торговля, отклонённая от других."},
      {"From {} to {} the two countries' trade with everyone else predicts growth between them of "
       "{} where {} was recorded (importer-reported) and {} where {} was recorded "
       "(exporter-reported).",
       "С {} по {} год торговля двух стран со всеми остальными предсказывает рост между ними {} "
       "при записанных {} (данные импортёров) и {} при записанных {} (данные экспортёров)."},
      {"From {} to {} the two countries' trade with everyone else predicts growth between them of "
       "{} where {} was recorded ({}).",
       "С {} по {} год торговля двух стран со всеми остальными предсказывает рост между ними {} "
       "при записанных {} ({})."},
      {"On these records trade did not move as claimed, so no share is computed.",
       "По этим данным торговля изменилась не так, как заявлено, и доля не вычислена."},
      {"{} to {}: the pair's growth against what both countries bring to all their trade",
       "{} – {}: рост пары и то, что обе страны вносят во всю свою торговлю"},
      {"World, exporter's and importer's part add up to the prediction; the parts are measured "
       "from the trade-weighted mean of all exporters and of all importers.",
       "Части мира, экспортёра и импортёра складываются в предсказание; части отсчитываются от "
       "взвешенного по торговле среднего всех экспортёров и всех импортёров."},
      {"{} flows importer-reported and {} flows exporter-reported",
       "потоков по данным импортёров: {}, по данным экспортёров: {}"},
      {"importer-reported", "данные импортёров"},
      {"exporter-reported", "данные экспортёров"},
      {"{} against {}", "{} против {}"},
      {"Poisson pseudo maximum likelihood of all flows recorded in both calendar years on "
       "exporter-year, importer-year and pair effects, the claimed pair left out in both "
       "directions. The two countries' own effects predict the pair; the share is what the pair "
       "did beyond. How far pairs of like size, not bound by the agreement, stray from their "
       "prediction is the error of that share. Each side's records are a fit of their own, and "
       "every draw takes one.",
       "Псевдомаксимальное правдоподобие Пуассона по всем потокам, записанным в оба года, с "
       "эффектами экспортёр-год, импортёр-год и пары; сама пара исключена в обе стороны. Пару "
       "предсказывают эффекты двух стран; доля – то, что сверх того. Ошибка доли – отклонения от "
       "предсказания у пар сходного размера вне соглашения. Данные каждой стороны оцениваются "
       "отдельно, каждый розыгрыш берёт одну."},
      // L5
      {"Estimated effect of the agreement", "Оценённый эффект соглашения"},
      {"By how much does the agreement raise trade among those it binds, and how much of that came "
       "between the two windows?",
       "Насколько соглашение увеличивает торговлю тех, кого связывает, и какая часть этого "
       "пришлась на время между окнами?"},
      {"An average over all pairs the agreement binds.", "Среднее по всем парам соглашения."},
      {"Pairs that already moved apart before it began make its level no clean measure of cause.",
       "Пары отличались уже до его начала, и уровень эффекта – не чистая мера причины."},
      {"The agreement's effect on the level of trade among those it binds is put at {} from "
       "importers' records first and {} from exporters'.",
       "Эффект соглашения на уровень торговли тех, кого оно связывает: {} по данным прежде всего "
       "импортёров и {} – экспортёров."},
      {"{} (95% interval {} to {})", "{} (95-процентный интервал {} – {})"},
      {"Estimated cohort by cohort, which holds when pairs join at different times, it is {}.",
       "Оценка по когортам, верная и при вступлении в разное время: {}."},
      {"It has bound the pair since {}, so a constant effect explains none of the growth inside "
       "the window; only a part still building up could.",
       "Соглашение связывает пару с такого месяца: {}; постоянный эффект рост внутри окна не "
       "объясняет, мог бы только тот, что ещё нарастает."},
      {"Year by year, the trade of such pairs moved by {} beyond what countries explain between {} "
       "and {}.",
       "По годам торговля таких пар изменилась на {} сверх того, что объясняют страны, между {} и "
       "{} годом."},
      {"exporter-year, importer-year and pair effects; other agreements",
       "эффекты экспортёр-год, импортёр-год и пары; другие соглашения"},
      {"Share of the growth by how the effect builds up",
       "Доля роста при разном нарастании эффекта"},
      {"An effect at once was in force in both windows.",
       "Мгновенный эффект действовал в обоих окнах."},
      {"at once", "сразу"},
      {"at once, cohort by cohort", "сразу, по когортам"},
      {"over {} years from the first step", "за {} лет с первого шага"},
      {"over {} years from the first step, cohort by cohort",
       "за {} лет с первого шага, по когортам"},
      {"over {} years from the agreement itself", "за {} лет с самого соглашения"},
      {"over {} years from the agreement itself, cohort by cohort",
       "за {} лет с самого соглашения, по когортам"},
      {"by years since joining, cohort by cohort (ETWFE)",
       "по годам с начала, по когортам (ETWFE)"},
      {"year by year, as estimated", "по годам, как оценено"},
      {"Estimated effect of the agreement on trade among those it binds",
       "Оценённый эффект соглашения на торговлю тех, кого оно связывает"},
      {"Poisson pseudo maximum likelihood with exporter-year, importer-year and pair effects; "
       "errors clustered by pair. percent_effect = exp(beta) - 1, nothing else changing.",
       "Псевдомаксимальное правдоподобие Пуассона с эффектами экспортёр-год, импортёр-год и пары; "
       "ошибки кластеризованы по парам. percent_effect = exp(beta) − 1 при прочих равных."},
      {"importers' records first", "сначала данные импортёров"},
      {"exporters' records first", "сначала данные экспортёров"},
      {"missing flows as zeros", "пропуски как нули"},
      {"pairs bound at different times apart", "пары разного времени вступления отдельно"},
      {"cohort by cohort (ETWFE), average on the treated",
       "по когортам (ETWFE), среднее по связанным"},
      {"Effect by years since a pair was first bound, cohort by cohort",
       "Эффект по годам с начала, по когортам"},
      {"Every cohort has its own effect, so that pairs bound earlier are no controls of later "
       "ones; cohorts weigh by their observations.",
       "У каждой когорты свой эффект, и ранние пары не служат контролем поздним; когорты взвешены "
       "по наблюдениям."},
      {"Times before the start: that none differs from the reference has p = {}.",
       "Годы до начала: что ни один не отличается от опорного, p = {}."},
      {"Trade of the pairs bound together, against {}", "Торговля связанных вместе пар к {} году"},
      {"Relative to what exporters, importers and pairs explain; bars are 95% intervals.",
       "Сверх того, что объясняют экспортёры, импортёры и пары; отрезки – 95-процентные "
       "интервалы."},
      {"Coefficients before the agreement that differ from nil are no effect of it.",
       "Отличные от нуля коэффициенты до соглашения – не его эффект."},
      {"Poisson pseudo maximum likelihood of trade on the agreement with exporter-year, "
       "importer-year and pair effects, errors clustered by pair; both sides' records, missing "
       "flows as zeros, and first pairs and later ones apart. The share is the effect that came "
       "into force between the windows over the log growth: the coefficient times the change of "
       "the part in force, at once or in a straight line over years from the first step or from "
       "the agreement itself, the change of the estimated year effects, or that of the effects by "
       "years since a pair was first bound, estimated cohort by cohort (ETWFE), which holds under "
       "staggered adoption.",
       "Псевдомаксимальное правдоподобие Пуассона: торговля на соглашение с эффектами "
       "экспортёр-год, импортёр-год и пары, ошибки кластеризованы по парам; данные обеих сторон, "
       "пропуски как нули, первые и поздние пары отдельно. Доля – эффект, вступивший в силу между "
       "окнами, к логарифмическому росту: коэффициент на прирост действующей части (сразу или по "
       "прямой за годы с первого шага либо с самого соглашения) изменение оценённых годовых "
       "эффектов или эффектов по годам с начала, оценённых по когортам (ETWFE), что верно при "
       "вступлении в разное время."},
      // L6
      {"General equilibrium", "Общее равновесие"},
      {"What would the pair have traded without the agreement, once all prices, incomes and third "
       "countries had adjusted?",
       "Как торговала бы пара без соглашения, когда все цены, доходы и третьи страны "
       "приспособились?"},
      {"One sector, no trade in inputs; domestic sales are not observed but follow from GDP by a "
       "stated rule with its range.",
       "Один сектор, без промежуточных товаров; внутренние продажи не наблюдаются, а следуют из "
       "ВВП по названному правилу с его диапазоном."},
      {"Rests on the same estimate as {}.", "Опирается на ту же оценку, что {}."},
      {"Without the agreement the pair's trade in {} is put at {} of what it was (90% interval {} "
       "to {}).",
       "Без соглашения торговля пары в {} году оценивается в {} от бывшей (90-процентный интервал "
       "{} – {})."},
      {"Growth between the windows would have been the same {}.",
       "Рост между окнами был бы тем же: {}."},
      {"Growth between the windows would have been {} in place of {}.",
       "Рост между окнами был бы {} вместо {}."},
      {"all economies of the table; theta and domestic sales over their ranges",
       "все экономики таблицы; theta и внутренние продажи по своим диапазонам"},
      {"worlds of {} and {}", "мир {} и {} годов"},
      {"Yearly trade of the pair, with and without the agreement",
       "Торговля пары по годам, с соглашением и без"},
      {"With: as recorded.", "С соглашением: как записано."},
      {"Without is an estimate, never an observation; the band holds nine of ten draws.",
       "Без – всегда оценка, а не наблюдение; в полосе девять из десяти розыгрышей."},
      {"Members of the agreement without it, {}", "Члены соглашения без него, {} год"},
      {"Real income in general equilibrium; low and high hold nine of ten draws.",
       "Реальный доход в общем равновесии; между краями девять из десяти розыгрышей."},
      {"One-sector model in exact changes (Armington or Eaton-Kortum), spending proportional to "
       "output with one world scalar. The agreement's estimated effect, in the phase-in of each "
       "draw, is taken out of the world of each window's year; the share is the change in the "
       "pair's log growth over the log growth. Draws carry coefficient, phase-in, side, theta and "
       "the range of domestic sales.",
       "Односекторная модель в точных изменениях (Армингтон или Итон – Кортум), расходы "
       "пропорциональны выпуску. Оценённый эффект соглашения, с нарастанием своего розыгрыша, "
       "убирается из мира года каждого окна; доля – изменение логарифмического роста пары к самому "
       "росту. Розыгрыши несут коэффициент, нарастание, сторону, theta и диапазон внутренних "
       "продаж."},
      // L7, L8
      {"Published estimates", "Опубликованные оценки"},
      {"What have others found?", "Что нашли другие?"},
      {"Effects on the level of trade in earlier years.",
       "Эффекты на уровень торговли в прежние годы."},
      {"The range is what they would explain if all of it had come inside the claimed window; none "
       "of the studies says so.",
       "Диапазон – что они объяснили бы, если бы всё пришлось на заявленное окно; ни одна работа "
       "этого не утверждает."},
      {"Published estimates for the level of trade among members run from {} to {}; none is an "
       "effect on growth inside the window.",
       "Опубликованные оценки для уровня торговли между членами – от {} до {}; ни одна не есть "
       "эффект на рост внутри окна."},
      {"about nil", "примерно нуля"},
      {"Published estimates of the effect on the level of trade",
       "Опубликованные оценки эффекта на уровень торговли"},
      {"Effects on the level, not on growth inside the claimed window.",
       "Эффекты на уровень, а не на рост внутри заявленного окна."},
      {"A level effect x counts as ln(1 + x) of the log growth. Numbers at second hand are shown "
       "and not counted in the range.",
       "Эффект x на уровень считается как ln(1 + x) логарифмического роста. Числа из вторых рук "
       "показаны, но в диапазон не входят."},
      {"published abstracts, in our words", "аннотации работ, нашими словами"},
      {"as each study states", "как указано в работах"},
      {"The same claim at other times", "То же утверждение в другое время"},
      {"Were such figures heard before, and what did trade do then?",
       "Звучали ли такие числа раньше и что тогда было с торговлей?"},
      {"Statements on file, not all that were made.", "Собранные высказывания, не все бывшие."},
      {"Shows that such growth needs no agreement; not what this agreement did.",
       "Показывает, что такой рост не требует соглашения, а не то, что сделало это соглашение."},
      {"Much the same figure ({}) was quoted on {}, when the data show {}, before any step of the "
       "agreement bound the pair ({}).",
       "Почти то же число ({}) назвали {}, когда данные показывают {}, до того, как пару связал "
       "первый шаг соглашения ({})."},
      {"Much the same figure ({}) was quoted on {}, when the data show {}.",
       "Почти то же число ({}) назвали {}, когда данные показывают {}."},
      {"Much the same figure ({}) was quoted on {}.", "Почти то же число ({}) назвали {}."},
      {"{} other statements on the pair's trade are on file, none with much the same figure before "
       "this one.",
       "Других высказываний о торговле пары: {}; с таким же числом раньше этого нет."},
      {"What was said of {} trade at other times",
       "Что говорили о торговле пары {} в другое время"},
      {"Growth then: turnover in the months the statement is about, against a year earlier; blank "
       "when it names none or the data lack them.",
       "Рост тогда: оборот за месяцы высказывания к предыдущему году; пусто, если они не названы "
       "или их нет в данных."},
      {"{} statements", "высказываний: {}"},
      {"Statements on the same pair, each beside the growth of turnover that the data show for the "
       "months it is about against a year earlier.",
       "Высказывания о той же паре, каждое рядом с ростом оборота за его месяцы к предыдущему "
       "году."},
      // Together
      {"Share of the growth that each line of evidence allows the cause",
       "Доля роста, которую каждая линия отводит причине"},
      {"90% intervals.", "90-процентные интервалы."},
      {"Published estimates are effects on the level of trade, shown as if all of it had come "
       "inside the window.",
       "Опубликованные оценки – эффекты на уровень торговли, показаны так, будто всё пришлось на "
       "окно."},
      {"All main lines together", "Все главные линии вместе"},
      {"Published studies, level effects", "Опубликованные работы, эффекты на уровень"},
      {"From {} to {} million USD: where the growth comes from",
       "От {} до {} млн долл.: откуда рост"},
      {"Steps add up to the log growth and do not depend on their order; flows are combined by "
       "logarithmic means.",
       "Шаги складываются в логарифмический рост и не зависят от порядка; потоки объединены "
       "логарифмическими средними."},
      {"Whiskers: the two sides' records; for the agreement 5% and 95% of the draws.",
       "Усы: данные двух сторон; для соглашения 5 % и 95 % розыгрышей."},
      {"The unexplained part is not a cause.", "Необъяснённое – не причина."},
      {"World trade", "Мировая торговля"},
      {"{}'s trade with everyone else", "{}: торговля со всеми остальными"},
      {"These months rather than the calendar year", "Эти месяцы вместо календарного года"},
      {"Growth common to all partners", "Рост, общий для всех партнёров"},
      {"The agreement's terms between the windows", "Условия соглашения между окнами"},
      {"Unexplained, particular to the pair", "Необъяснённое, особенное в паре"},
      {"The growth shared out, whatever order the causes are taken in",
       "Рост, разделённый независимо от порядка причин"},
      {"Shapley shares of the log growth, means over the joint draws; they add up.",
       "Доли Шепли логарифмического роста, средние по совместным розыгрышам; они складываются."},
      {"The two countries' other trade already holds what prices did, so what both explain is "
       "shared evenly.",
       "В прочей торговле двух стран уже есть действие цен; что объясняют обе, делится поровну."},
      {"The rest is not a cause.", "Остаток – не причина."},
      {"Everything else", "Всё остальное"},
      {"Prices", "Цены"},
      {"Verdicts that this method gives where there was no agreement",
       "Выводы этого метода там, где соглашения не было"},
      {"Every partner that no agreement binds, in the claimed pair's place with its own growth, in "
       "every window of the same length ending within a year.",
       "Каждый партнёр без соглашения на месте пары, со своим ростом, во всех окнах той же длины в "
       "пределах года."},
      {"The cases of the calibration", "Случаи калибровки"},
      {"Chance that the share reaches the claimed one, line by line.",
       "Вероятность, что доля достигает заявленной, по линиям."},
      {"How freely the pair trades, year by year", "Насколько свободно торгует пара, по годам"},
      {"Freeness: trade both ways over each country's domestic sales (Head and Ries).",
       "Свобода: торговля в обе стороны к внутренним продажам каждой страны (Хед и Райс)."},
      {"Tariff equivalent: the tariff that would hold trade down as much (Novy), at the middle of "
       "the trade elasticity's range; low and high run over that range and over domestic sales, "
       "which follow from GDP by a stated rule.",
       "Тарифный эквивалент: тариф, который сдерживал бы торговлю так же (Новый), в середине "
       "диапазона эластичности; края – по этому диапазону и по внутренним продажам, которые "
       "следуют из ВВП по названному правилу."},
      {"All that sets the pair apart is in both.", "В обоих – всё, чем пара отличается."},
      {"Key results", "Главные числа"},
      // Data
      {"{} may be bad controls: joining organisations and voting alike can follow from an "
       "agreement, and from trade itself.",
       "{} могут быть плохими контролями: вступление в организации и сходное голосование могут "
       "следовать из соглашения и из самой торговли."},
      {"Where they do, holding them fixed takes out a part of the agreement's effect and can bias "
       "the rest.",
       "Тогда их закрепление отнимает часть эффекта соглашения и может сместить остальное."},
      {"Compare with the same model without them.", "Сравните с той же моделью без них."},
      {"{} trade is blank in {}: never published, and left out wherever a sum would need it.",
       "Торговля пары {} пуста за {}: не публиковалась и исключена там, где нужна для суммы."},
      {"{} to {}: the two sides differ by more than {} in {}; results should be shown for both.",
       "{} – {}: данные двух сторон расходятся более чем на {} в годы {}; результаты нужны по "
       "обеим."},
      {"{} ({} by the importer, {} by the exporter), {} ({} by the importer, {} by the exporter) "
       "and {} ({} by the importer, {} by the exporter)",
       "{} (импортёр {}, экспортёр {}), {} (импортёр {}, экспортёр {}) и {} (импортёр {}, "
       "экспортёр {})"},
      {"{} ({} by the importer, {} by the exporter) and {} ({} by the importer, {} by the "
       "exporter)",
       "{} (импортёр {}, экспортёр {}) и {} (импортёр {}, экспортёр {})"},
      {"{} ({} by the importer, {} by the exporter)", "{} (импортёр {}, экспортёр {})"},
      {"Domestic trade of {} economies is assumed ({}): {} and {} more; for example {} of GDP of "
       "{}, {}.",
       "Внутренняя торговля {} экономик принята по допущению ({}): {} и ещё {}; например, {} ВВП "
       "{} года, {}."},
      {"Domestic trade of {} economy is assumed ({}): {}; for example {} of GDP of {}, carried to "
       "{}, {}.",
       "Внутренняя торговля (экономик: {}) принята по допущению ({}): {}; например, {} ВВП {} "
       "года, перенесено на {} год, {}."},
      {"Domestic trade of {} economies is assumed ({}): {}; for example {} of GDP of {}, carried "
       "to {}, {}.",
       "Внутренняя торговля (экономик: {}) принята по допущению ({}): {}; например, {} ВВП {} "
       "года, перенесено на {} год, {}."},
      {"{} of the world's domestic trade is assumed, not observed; results carry its range.",
       "{} внутренней торговли мира принято по допущению, а не наблюдается; результаты несут его "
       "диапазон."},
      {"{} of {} flows in {} are recorded by nobody and count as zero (flag u).",
       "{} из {} потоков {} года не записаны никем и считаются нулём (отметка u)."},
      {"Federal Customs Service of Russia, published by Rosstat",
       "Федеральная таможенная служба России, публикация Росстата"},
      {"Federal Customs Service of Russia, published by Rosstat and US Energy Information "
       "Administration",
       "Федеральная таможенная служба России, публикация Росстата, и Управление энергетической "
       "информации США"},
      {"statements on file; {}", "собранные высказывания; {}"},
      {"UN Comtrade; GDP", "UN Comtrade; ВВП"},
      // Columns
      {"Evidence", "Свидетельство"},
      {"Line", "Линия"},
      {"Kind", "Вид"},
      {"Low", "От"},
      {"Middle", "Середина"},
      {"High", "До"},
      {"Bound", "Граница"},
      {"What it cannot show", "Чего не показывает"},
      {"Reported by", "Чьи данные"},
      {"Period", "Период"},
      {"Flow", "Поток"},
      {"Before", "Было"},
      {"After", "Стало"},
      {"Growth", "Рост"},
      {"Stated", "Заявлено"},
      {"Gap", "Разрыв"},
      {"Year", "Год"},
      {"Trade", "Торговля"},
      {"Claimed months against it", "Заявленные месяцы к нему"},
      {"Code", "Код"},
      {"Partner", "Партнёр"},
      {"Group", "Группа"},
      {"Log growth", "Рост в логарифмах"},
      {"Rank", "Место"},
      {"Weight", "Вес"},
      {"Weight, classic control", "Вес, классический контроль"},
      {"Design", "Постановка"},
      {"Level since the start", "Уровень с начала"},
      {"Between the windows", "Между окнами"},
      {"Standard error of the level", "Стандартная ошибка уровня"},
      {"Average miss before", "Средняя ошибка до начала"},
      {"Exporter", "Экспортёр"},
      {"Importer", "Импортёр"},
      {"Observed", "Наблюдалось"},
      {"Predicted", "Предсказано"},
      {"World", "Мир"},
      {"Pair", "Пара"},
      {"Pair's share", "Доля пары"},
      {"Observations", "Наблюдений"},
      {"Reading of the records", "Чтение данных"},
      {"Agreement", "Соглашение"},
      {"Coefficient", "Коэффициент"},
      {"Standard error", "Стандартная ошибка"},
      {"Effect", "Эффект"},
      {"Pairs", "Пар"},
      {"Convention", "Правило ошибок"},
      {"Certified", "Сертификат"},
      {"Years since the start", "Лет с начала"},
      {"Reference", "Опорный"},
      {"How the effect builds up", "Как нарастает эффект"},
      {"Draws", "Розыгрышей"},
      {"With", "С соглашением"},
      {"Without", "Без соглашения"},
      {"Recorded", "Записано"},
      {"Economy", "Экономика"},
      {"Real income", "Реальный доход"},
      {"Exports", "Экспорт"},
      {"Imports", "Импорт"},
      {"Turnover", "Оборот"},
      {"Date", "Дата"},
      {"Who", "Кто"},
      {"Said", "Что сказано"},
      {"Months", "Месяцы"},
      {"Growth said", "Рост по словам"},
      {"Growth then", "Рост тогда"},
      {"Outlet", "Издание"},
      {"Address", "Адрес"},
      {"Name", "Имя"},
      {"What", "Что"},
      {"Value", "Значение"},
      {"Unit", "Единица"},
      {"In words", "Словами"},
      {"Study", "Работа"},
      {"Sample", "Выборка"},
      {"Method", "Метод"},
      {"Finding", "Вывод"},
      {"At second hand", "Из вторых рук"},
      {"Month", "Месяц"},
      {"Window", "Окно"},
      {"Price", "Цена"},
      {"Price, 12-month change", "Цена, изменение за 12 месяцев"},
      {"Trade, observed", "Торговля, наблюдалось"},
      {"Trade, predicted", "Торговля, предсказано"},
      {"Step", "Шаг"},
      {"Label", "Название"},
      {"Log change", "Изменение в логарифмах"},
      {"Million USD", "Млн долл."},
      {"Order", "Порядок"},
      {"First month", "Первый месяц"},
      {"Last month", "Последний месяц"},
      {"Claimed", "Заявлено"},
      {"Rank among its length", "Место среди окон той же длины"},
      {"Synthetic", "Синтетика"},
      {"Difference", "Разность"},
      {"Placebo low", "Плацебо от"},
      {"Placebo high", "Плацебо до"},
      {"After the start", "После начала"},
      {"Verdict", "Вывод"},
      {"Cases, all lines", "Случаев, все линии"},
      {"Share, all lines", "Доля, все линии"},
      {"Cases, without the estimated effect", "Случаев, без оценённого эффекта"},
      {"Share, without the estimated effect", "Доля, без оценённого эффекта"},
      {"Without the estimated effect", "Без оценённого эффекта"},
      {"All lines", "Все линии"},
      {"Freeness", "Свобода торговли"},
      {"Change since the year before", "Изменение к прошлому году"},
      {"Tariff equivalent", "Тарифный эквивалент"},
      {"Trade in the months compared with", "Торговля в месяцах сравнения"},
      {"Trade in the claimed months", "Торговля в названные месяцы"},
      {"Growth stated", "Заявленный рост"},
      {"Verdict on the number", "Вывод о величине"},
      {"Verdict on the cause", "Вывод о причине"},
      {"Share that the claim's words stand for", "Доля, которую означают слова"},
      {"Share of the growth, all main lines", "Доля роста, все главные линии"},
      {"Chance of the claimed share, all main lines",
       "Вероятность заявленной доли, все главные линии"},
      {"Share of the growth: {}", "Доля роста: {}"},
      {"Chance of the claimed share: {}", "Вероятность заявленной доли: {}"},
  };
  return kPhrases;
}

}  // namespace altyn::attribution
