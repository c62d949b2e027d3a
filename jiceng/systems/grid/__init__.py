"""网格化 grid governance: discover, judge, dispose.

A resident or a grid member reports what is wrong at a place; the place finds its cell and the
cell its unit; a duty officer judges and dispatches; a handler disposes; somebody else verifies on
site; the case closes, and the reporter holds a receipt from the first minute.

Nouns: cell 网格 (a polygon for which a unit answers), category 立案标准 (what may be reported, and
how long it may take), incident 事件 (the report, with its case).

Basis: 滨州市社会治理网格化服务管理条例 (2021) for the loop 采集—受理—派遣—处置—核查—结案; the
limits of the categories are data of the zone.
"""
