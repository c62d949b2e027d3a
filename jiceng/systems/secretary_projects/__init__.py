"""书记项目 secretary projects: every party secretary leads a project, and is seen doing it.

A project is set up in four gates, in order, each with its evidence: 深入调查, 集体研究, 上报备案,
公示公开; only a publication that has closed gives it a filing number. It has a plan of its own
一项一策, is dispatched month by month, inspected unannounced, and its outcomes are counted.

Nouns: project 书记项目 and item 书记领办事项 (each a case with one row of its own), gate evidence
佐证, plan step 步骤, report 调度, draw 抽签, visit 督查, finding 问题, result 成效, exemplar 典型.

Basis: the zone's own rules on 基层党建“书记项目”. No statute prescribes them: periods, days and
weights are the zone's and stand in ``terms.py`` and ``rules/``.
"""
