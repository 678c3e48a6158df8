-- SPDX-License-Identifier: GPL-2.0
-- Compares each answer with the file that WRK_FILE names.

local threads = {}

function setup(thread)
	table.insert(threads, thread)
end

function init()
	local file = assert(io.open(os.getenv("WRK_FILE"), "rb"))
	expected = file:read("*a")
	file:close()
	right, wrong = 0, 0
end

function response(status, _, body)
	if status == 200 and body == expected then
		right = right + 1
	else
		wrong = wrong + 1
	end
end

function done(summary)
	local right, wrong, e = 0, 0, summary.errors
	for _, thread in ipairs(threads) do
		right = right + thread:get("right")
		wrong = wrong + thread:get("wrong")
	end
	print(string.format("right %d wrong %d errors %d", right, wrong,
		e.connect + e.read + e.write + e.status + e.timeout))
end
