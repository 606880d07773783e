"""Column headers of test-case tables in other languages than English and German.

Source of the Chinese names: the case exports of ZenTao and TAPD; of the others: case tables that
testers publish.
"""

from __future__ import annotations

CASE_HEADERS = {
    "id": (
        "用例编号|用例id|编号|идентификатор|номер|№|id de caso|id caso de prueba|id do caso|"
        "id cas de test|identifiant|id caso di test"
    ),
    "title": (
        "用例标题|用例名称|标题|测试标题|название|заголовок|заглавие|тест-кейс|título|titulo|"
        "nombre|nome|titre|nom|titolo|caso de prueba|caso de teste|cas de test|caso di test"
    ),
    "objective": "描述|用例描述|описание|цель|descripción|objetivo|descrição|objectif|descrizione",
    "preconditions": (
        "前置条件|预置条件|предусловие|предусловия|precondiciones|precondición|pré-condições|"
        "pré condições|precondições|pré-condição|préconditions|précondition|prérequis|"
        "precondizioni|precondizione"
    ),
    "postconditions": "后置条件|постусловие|постусловия|postcondiciones|postcondizioni",
    "priority": "优先级|приоритет|prioridad|prioridade|priorité|priorità",
    "type": "用例类型|测试类型|тип|tipo de prueba|tipo de teste|type de test",
    "team": "所属模块|模块|модуль|módulo|module|modulo",
    "story": (
        "相关需求|需求|требование|требования|requisito|requisitos|exigence|exigences|requisiti"
    ),
    "labels": "关键词|标签|метки|теги|etiquetas|étiquettes|etichette",
    "status": "用例状态|状态|статус|estado|statut|stato",
    "step_action": (
        "步骤|用例步骤|测试步骤|操作步骤|шаг|шаги|действие|шаги выполнения|paso|pasos|passo|passos|"
        "étape|étapes|azione|passi"
    ),
    "step_data": "测试数据|输入数据|тестовые данные|данные|datos de prueba|dados de teste|données",
    "step_expected": (
        "预期|预期结果|期望结果|ожидаемый результат|ожидаемые результаты|ор|resultado esperado|"
        "resultados esperados|résultat attendu|résultats attendus|risultato atteso|"
        "risultati attesi"
    ),
}  # fmt: skip
"""For each field of ``headers``, names of its column, divided by bars."""
