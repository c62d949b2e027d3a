"""What the secretaries of the demo zone took up in 2022: invented, and different at every place."""

import random
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jiceng.demo.party import Organisation
from jiceng.systems.secretary_projects.terms import Theme


@dataclass(frozen=True)
class Field:
    """A theme: who takes it up, what there is to do, why, what shall come of it, by which steps."""

    theme: Theme
    groups: tuple[str, ...]
    objects: tuple[str, ...]
    background: str
    expected: str
    steps: tuple[tuple[str, str], ...]


FIELDS = (
    Field(
        Theme.INVESTMENT,
        ("zone", "park", "community"),
        (
            "盘活闲置厂房引进配套企业",
            "以商招商延链补链",
            "回乡创业人才招引",
            "楼宇招商去空置",
            "标准地招商服务",
            "产业链缺环企业招引",
            "专精特新企业招引",
            "商贸街区招商提升",
        ),
        "辖区有闲置厂房和楼宇{count}处，走访中配套企业反映找不到合适场地。",
        "年内对接企业{count}家，落地不少于{few}家。",
        (
            ("摸清闲置厂房、楼宇和用地底数", "形成一处一档的资源清单"),
            ("上门对接意向企业", "签订意向协议"),
            ("代办注册、环评等手续", "企业完成注册登记"),
            ("跟踪开工投产", "企业按约投产"),
        ),
    ),
    Field(
        Theme.ENTERPRISE,
        ("zone", "park", "community"),
        (
            "企业用工对接服务",
            "政策找企业直达快享",
            "企业员工子女托管",
            "员工上下班接驳",
            "融资对接服务",
            "企业诉求一口收一口办",
            "职工食堂共享",
            "企业周边道路和停车整治",
            "用电用气增容代办",
        ),
        "走访企业{count}家，用工、融资、配套等诉求反映集中。",
        "走访全覆盖，收集诉求{count}件，办结率不低于九成五。",
        (
            ("逐户走访企业，建立诉求台账", "诉求一企一档"),
            ("分类交办，明确责任单位和时限", "诉求全部交办"),
            ("现场办公，解决难点", "集中解决共性难题"),
            ("回访评价，形成长效机制", "企业满意度不低于九成"),
        ),
    ),
    Field(
        Theme.COLLECTIVE,
        ("community", "village"),
        (
            "集体厂房改造出租",
            "集体门面房提质增租",
            "强村公司承接物业",
            "生态采摘园联建",
            "光伏屋顶收益分红",
            "集体资产清理盘活",
        ),
        "集体资产有{count}处闲置或租金偏低，经营性收入增长乏力。",
        "盘活资产{few}处以上，集体经营性收入比上年增长一成以上。",
        (
            ("清产核资，登记造册", "资产权属清楚、账实相符"),
            ("民主议事，确定经营方案", "方案经居（村）民代表会议通过"),
            ("公开招租、签订合同", "合同签订并公示"),
            ("收益到账，按章程使用", "收益入账并公开"),
        ),
    ),
    Field(
        Theme.GOVERNANCE,
        ("street", "community", "village"),
        (
            "电动车飞线充电整治",
            "楼道堆物清理",
            "停车秩序共治",
            "矛盾纠纷联调",
            "消防通道疏通",
            "文明养犬劝导",
            "群租房排查整治",
            "网格党员责任区",
            "小区协商议事亭",
        ),
        "居民反映集中，一年内相关诉求{count}件。",
        "同类诉求下降三成以上，问题点位{count}处整改到位。",
        (
            ("入户摸排，列出问题点位", "点位清单上墙"),
            ("召开协商会，定下公约", "公约经居民代表签字"),
            ("集中整治", "点位整改前后有照片"),
            ("党员包片，常态巡查", "连续两月无反弹"),
        ),
    ),
    Field(
        Theme.LIVELIHOOD,
        ("office",),
        (
            "便民服务延时办",
            "办事材料精简",
            "党员进小区报到",
            "结对帮扶困难家庭",
            "窗口首问负责",
            "上门代办服务",
            "高龄老人巡访",
        ),
        "群众在走访和“好差评”中提出意见{count}条。",
        "服务群众{count}人次以上，满意度不低于九成五。",
        (
            ("征求群众意见，列出清单", "清单公开"),
            ("明确责任人和服务时间", "责任到人、时间上墙"),
            ("开展服务", "每周有记录"),
            ("回访评价，固化制度", "满意度达到目标"),
        ),
    ),
    Field(
        Theme.LIVELIHOOD,
        ("street", "community", "village"),
        (
            "老旧住房线路改造",
            "助餐点建设",
            "楼道加装扶手",
            "暑期儿童课堂",
            "健身角更新",
            "路灯补亮",
            "雨污管网清淤",
            "高龄老人巡访",
            "非机动车棚建设",
        ),
        "涉及居民{count}户，多次在居民代表会议上提出。",
        "惠及居民{count}户以上，年内完成并交付使用。",
        (
            ("入户调查，确定对象和点位", "名单公示无异议"),
            ("落实资金和施工单位", "资金到位、合同签订"),
            ("组织施工或开展服务", "按图完成、质量合格"),
            ("居民代表验收，移交管护", "居民代表签字认可"),
        ),
    ),
    Field(
        Theme.RURAL,
        ("village",),
        (
            "通组道路硬化",
            "人居环境整治示范",
            "灌溉沟渠清淤",
            "农产品线上销售",
            "文化广场修缮",
            "防返贫监测帮扶",
        ),
        "涉及村民{count}户，村民代表会议连续两年提出。",
        "受益村民{count}户，年内完工并建立管护制度。",
        (
            ("踏勘设计，征求村民意见", "方案经村民代表会议通过"),
            ("筹措资金、组织施工", "工程开工"),
            ("完工验收", "工程验收合格"),
            ("建立管护制度", "管护员到岗"),
        ),
    ),
    Field(
        Theme.PARTY,
        ("zone", "office", "park", "street", "community", "village"),
        (
            "党员先锋岗创建",
            "流动党员联系服务",
            "支部结对共建",
            "党员教育课堂",
            "两新组织党建覆盖",
            "青年党员夜校",
        ),
        "党员{count}名，教育管理和作用发挥还不够经常。",
        "参加党员{count}人次以上，形成可以推广的做法。",
        (
            ("摸清党员底数，分类建档", "一人一档"),
            ("制定计划、明确分工", "计划经支部党员大会通过"),
            ("组织开展活动", "每月至少一次，有记录"),
            ("总结评议，固化制度", "制度上墙"),
        ),
    ),
)
# How many of each theme were registered in the year.
PROJECTS = {
    Theme.INVESTMENT: 4,
    Theme.ENTERPRISE: 4,
    Theme.COLLECTIVE: 6,
    Theme.GOVERNANCE: 8,
    Theme.LIVELIHOOD: 7,
    Theme.RURAL: 4,
    Theme.PARTY: 3,
}
ITEMS = {
    Theme.INVESTMENT: 18,
    Theme.ENTERPRISE: 25,
    Theme.COLLECTIVE: 21,
    Theme.GOVERNANCE: 54,
    Theme.LIVELIHOOD: 58,
    Theme.RURAL: 24,
    Theme.PARTY: 30,
}
# Organisations that began later than the others; before, they are on the list of the uncovered.
LATE = {
    "340871P06": date(2022, 6, 1),
    "340871P07": date(2022, 5, 9),
    "340871P08": date(2022, 7, 4),
    "340871100205P01": date(2022, 4, 18),
    "340871100212P01": date(2022, 5, 23),
    "340871100215P01": date(2022, 6, 13),
    "340871001007P01": date(2022, 4, 6),
}


@dataclass(frozen=True)
class Idea:
    """What one organisation takes up."""

    unit: str
    title: str
    field: Field
    background: str
    expected: str


class Agenda:
    """Hands out ideas, the same at every run: to who has the fewest, and nothing twice."""

    def __init__(self, organisations: Iterable[Organisation], seed: int) -> None:
        self.dice = random.Random(seed)
        self.organisations = list(organisations)
        self.loads: Counter[str] = Counter()
        self.taken: Counter[tuple[str, str]] = Counter()

    def themes(self, counts: dict[Theme, int]) -> Iterator[Theme]:
        """Yield every theme as often as it is wanted, well mixed."""
        mixed = [theme for theme, count in counts.items() for _time in range(count)]
        self.dice.shuffle(mixed)
        yield from mixed

    def idea(self, theme: Theme, day: date, unit: str = "") -> Idea:
        """Return an idea for ``unit``, or for who has the fewest on ``day``."""
        fields = {group: each for each in FIELDS if each.theme == theme for group in each.groups}
        leader = self._leader(fields, day, unit)
        field = fields[leader.group]
        fresh = [word for word in field.objects if not self.taken[leader.code, word]]
        words = self.dice.choice(fresh or field.objects)
        self.loads[leader.code] += 1
        self.taken[leader.code, words] += 1
        again = f"（{'二三四'[self.taken[leader.code, words] - 2]}期）" if not fresh else ""
        numbers = {"count": self.dice.randint(11, 96), "few": self.dice.randint(2, 5)}
        return Idea(
            leader.code,
            f"{leader.place}{words}{again}",
            field,
            field.background.format(**numbers),
            field.expected.format(**numbers),
        )

    def _leader(self, fields: Container[str], day: date, unit: str) -> Organisation:
        if unit:
            return next(each for each in self.organisations if each.code == unit)
        ready = [
            each
            for each in self.organisations
            if each.group in fields and LATE.get(each.code, day) <= day
        ]
        return min(ready, key=lambda each: (self.loads[each.code], self.dice.random()))
