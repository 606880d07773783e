"""Column headers of test-case tables in other languages than English.

Source of the Chinese names: the case exports of ZenTao and TAPD; of the others: case tables that
testers publish, and the words in which they name the parts of a case.
"""

from __future__ import annotations

CASE_HEADERS = {
    "id": (
        "testfall-id|id testfall|testfall-nr|testfall-nr.|testfall nr|testfallnummer|"
        "identifiant|id cas de test|id du cas de test|identifiant du cas de test|"
        "numéro du cas de test|n° du cas de test|"
        "id de caso|id del caso|id caso de prueba|id del caso de prueba|id de caso de prueba|"
        "número de caso de prueba|número del caso de prueba|"
        "id do caso|id do caso de teste|id caso de teste|identificador|número do caso de teste|"
        "id caso di test|id del caso di test|identificativo|"
        "testgeval-id|id testgeval|testgevalnummer|"
        "id przypadku testowego|numer przypadku testowego|nr przypadku testowego|identyfikator|"
        "№|номер|идентификатор|id тест-кейса|номер тест-кейса|№ тест-кейса|ид тест-кейса|"
        "идентификатор тест-кейса|"
        "ідентифікатор|id тест-кейсу|номер тест-кейсу|№ тест-кейсу|"
        "test durumu id|test durumu no|senaryo no|test senaryosu no|test senaryo no|"
        "用例编号|用例id|编号|测试用例编号|测试用例id|测试编号|"
        "テストケースid|テストid|テストケース番号|テスト番号|テストno|テストケースno|項番"
    ),
    "title": (
        "testfallname|name des testfalls|name testfall|testfall-name|titel des testfalls|"
        "testfalltitel|testfall-titel|testfallbezeichnung|bezeichnung|bezeichnung des testfalls|"
        "kurzbeschreibung|testname|"
        "titre|nom|cas de test|nom du cas de test|titre du cas de test|intitulé|"
        "intitulé du cas de test|intitulé du test|nom du test|titre du test|"
        "título|titulo|nombre|caso de prueba|nombre del caso de prueba|nombre caso de prueba|"
        "título del caso de prueba|nombre del caso|título del caso|nombre de la prueba|"
        "título de la prueba|"
        "nome|caso de teste|nome do caso de teste|título do caso de teste|nome do caso|"
        "título do caso|nome do teste|título do teste|"
        "titolo|caso di test|nome del caso di test|titolo del caso di test|nome del test|"
        "titolo del test|"
        "naam|testgeval|naam testgeval|naam van het testgeval|titel testgeval|"
        "titel van het testgeval|naam van de test|"
        "tytuł|nazwa|przypadek testowy|nazwa przypadku testowego|tytuł przypadku testowego|"
        "nazwa testu|tytuł testu|"
        "название|заголовок|заглавие|тест-кейс|название тест-кейса|заголовок тест-кейса|"
        "наименование|наименование тест-кейса|имя тест-кейса|название кейса|название теста|"
        "заголовок теста|наименование теста|тестовый случай|название тестового случая|"
        "назва|назва тест-кейсу|назва тест-кейса|заголовок тест-кейсу|назва тесту|"
        "найменування|"
        "başlık|test adı|test durumu|test durumu adı|test durumu başlığı|test senaryosu|"
        "test senaryosu adı|senaryo adı|test başlığı|"
        "用例标题|用例名称|标题|测试标题|用例名|测试用例|测试用例名称|测试用例标题|测试名称|"
        "テストケース|テストケース名|テスト名|タイトル|テストケースタイトル|テスト項目|テスト項目名"
    ),
    "objective": (
        "beschreibung|testfallbeschreibung|testziel|ziel des tests|"
        "objectif|objectif du test|"
        "descripción|objetivo|objetivo de la prueba|descrição|objetivo do teste|"
        "descrizione|obiettivo|omschrijving|beschrijving|doel|doel van de test|"
        "opis|cel|cel testu|описание|цель|цель теста|описание тест-кейса|опис|мета|"
        "açıklama|amaç|test amacı|描述|用例描述|测试目的|説明|目的|テスト目的"
    ),
    "preconditions": (
        "voraussetzung|voraussetzungen|vor-bedingung|vor-bedingungen|"
        "préconditions|précondition|pré-conditions|pré-condition|prérequis|pré-requis|"
        "conditions préalables|condition préalable|"
        "precondiciones|precondición|pre-condiciones|pre-condición|condiciones previas|"
        "condición previa|prerrequisitos|prerrequisito|requisitos previos|"
        "pré-condições|precondições|pré-condição|precondição|pré-requisitos|pré-requisito|"
        "precondizioni|precondizione|pre-condizioni|pre-condizione|prerequisiti|prerequisito|"
        "precondities|preconditie|randvoorwaarden|randvoorwaarde|"
        "warunki wstępne|warunek wstępny|warunki początkowe|"
        "предусловие|предусловия|предварительные условия|предварительное условие|"
        "начальные условия|передумова|передумови|попередні умови|"
        "ön koşul|ön koşullar|önkoşul|önkoşullar|"
        "前置条件|预置条件|前提条件|先决条件|事前条件"
    ),
    "postconditions": (
        "nachbedingung|nachbedingungen|postcondiciones|postcondición|pós-condições|pós-condição|"
        "postcondizioni|postcondizione|postcondities|postconditie|warunki końcowe|"
        "warunek końcowy|постусловие|постусловия|постумова|постумови|післяумови|"
        "son koşul|son koşullar|后置条件|事後条件"
    ),
    "priority": (
        "priorité|prioridad|prioridade|priorità|prioriteit|priorytet|приоритет|пріоритет|"
        "öncelik|优先级|用例等级|用例级别|優先度|優先順位"
    ),
    "type": (
        "testart|testtyp|type de test|tipo de prueba|tipo de teste|tipo di test|testsoort|"
        "typ testu|rodzaj testu|тип|тип теста|вид теста|тип тесту|test türü|test tipi|"
        "用例类型|测试类型|テスト種別|テストタイプ"
    ),
    "team": (
        "modul|komponente|komponenten|composant|composants|módulo|componente|modulo|moduł|"
        "komponent|модуль|компонент|компоненты|компоненти|modül|bileşen|所属模块|模块|功能模块|"
        "测试模块|モジュール|コンポーネント"
    ),
    "story": (
        "anforderung|anforderungen|anforderungs-id|exigence|exigences|requisito|requisitos|"
        "requerimiento|requerimientos|historia de usuario|história de usuário|"
        "história do usuário|requisiti|wymaganie|wymagania|требование|требования|вимога|вимоги|"
        "gereksinim|gereksinimler|相关需求|需求|要件|要求"
    ),
    "labels": (
        "abschnitt|ordner|schlagwort|schlagwörter|schlagworte|rubrique|dossier|étiquette|"
        "étiquettes|mots-clés|sección|seccion|carpeta|etiqueta|etiquetas|seção|secção|pasta|"
        "sezione|cartella|etichetta|etichette|sectie|trefwoorden|sekcja|etykieta|etykiety|"
        "раздел|подраздел|секция|папка|метка|метки|тег|теги|розділ|підрозділ|секція|мітка|"
        "мітки|bölüm|klasör|etiket|etiketler|关键词|标签|目录|所属目录|用例目录|セクション|"
        "フォルダ|フォルダー|ラベル|タグ"
    ),
    "status": (
        "statut|estado|stato|статус|durum|用例状态|状态|ステータス"
    ),
    "step_number": (
        "schritt-nr|schritt-nr.|schrittnummer|n° étape|n° d'étape|numéro d'étape|"
        "n° de paso|nº de paso|número de paso|nº do passo|número do passo|numero passo|"
        "stapnummer|nr kroku|numer kroku|номер шага|№ шага|номер кроку|№ кроку|adım no|"
        "adım numarası|步骤编号|步骤序号|手順番号|ステップ番号"
    ),
    "step_action": (
        "schritte|testschritte|schrittbeschreibung|aktionen|durchführung|testdurchführung|"
        "testablauf|"
        "étape|étapes|étapes du test|étapes de test|étape de test|étape du test|"
        "étapes à suivre|étapes d'exécution|description de l'étape|procédure|"
        "paso|pasos|pasos de prueba|pasos de la prueba|pasos del caso de prueba|pasos a seguir|"
        "pasos de ejecución|descripción del paso|acción|acciones|procedimiento|"
        "passo|passos|passos do teste|passos de teste|passos para execução|passos de execução|"
        "passo a passo|descrição do passo|ação|ações|etapa|etapas|procedimento|"
        "azione|azioni|passi|passi del test|passi di test|passaggio|passaggi|procedura|"
        "stap|stappen|teststap|teststappen|actie|acties|"
        "krok|kroki|krok testowy|kroki testowe|kroki testu|kroki do wykonania|opis kroku|akcja|"
        "akcje|czynność|czynności|"
        "шаг|шаги|действие|действия|шаги выполнения|шаги теста|шаги тест-кейса|"
        "шаги воспроизведения|шаги проверки|описание шага|тестовые шаги|порядок действий|"
        "крок|кроки|дія|дії|кроки виконання|кроки тесту|кроки тест-кейсу|кроки відтворення|"
        "опис кроку|"
        "adım|adımlar|test adımı|test adımları|adım açıklaması|"
        "步骤|用例步骤|测试步骤|操作步骤|步骤描述|执行步骤|测试步骤描述|"
        "手順|テスト手順|操作手順|実施手順|実行手順|ステップ|テストステップ"
    ),
    "step_data": (
        "eingabedaten|données|données de test|données d'entrée|jeu de données|"
        "datos|datos de prueba|datos de entrada|dados|dados de teste|dados do teste|"
        "dados de entrada|massa de dados|massa de teste|dati|dati di test|dati di prova|"
        "testgegevens|dane|dane testowe|dane wejściowe|тестовые данные|данные|входные данные|"
        "тестові дані|дані|вхідні дані|test verisi|test verileri|测试数据|输入数据|"
        "テストデータ|入力データ|入力値"
    ),
    "step_expected": (
        "erwartete ergebnisse|erwartetes resultat|erwartete resultate|erwartetes verhalten|"
        "soll-ergebnis|sollergebnis|"
        "résultat attendu|résultats attendus|comportement attendu|"
        "resultado esperado|resultados esperados|comportamiento esperado|"
        "comportamento esperado|"
        "risultato atteso|risultati attesi|comportamento atteso|"
        "verwacht resultaat|verwachte resultaten|verwachte uitkomst|verwacht gedrag|"
        "oczekiwany rezultat|oczekiwany wynik|oczekiwane rezultaty|oczekiwane wyniki|"
        "rezultat oczekiwany|wynik oczekiwany|spodziewany rezultat|spodziewany wynik|"
        "ожидаемый результат|ожидаемые результаты|ожидаемое поведение|ор|"
        "очікуваний результат|очікувані результати|очікувана поведінка|"
        "beklenen sonuç|beklenen sonuçlar|beklenen davranış|"
        "预期|预期结果|期望结果|预期输出|期望输出|"
        "期待結果|期待値|期待される結果|期待する結果"
    ),
}  # fmt: skip
"""For each field of ``headers``, names of its column, divided by bars."""
