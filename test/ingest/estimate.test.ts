import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../src/ingest/estimate.ts";

/** Sentences with what o200k_base and cl100k_base make of them, counted with gpt-tokenizer on 2026-11-22. */
const sentences: [language: string, text: string, o200k: number, cl100k: number][] = [
  [
    "English",
    "The team looked at the dashboard every morning and wondered why the numbers had changed so much since Friday. Nobody had deployed anything, and yet the bill had doubled overnight.",
    33,
    33,
  ],
  [
    "English",
    "Please summarize the attached report in three bullet points, and mention any figure that differs from last quarter's by more than ten percent.",
    26,
    26,
  ],
  [
    "Vietnamese",
    "Mỗi buổi sáng cả nhóm đều xem bảng điều khiển và tự hỏi vì sao các con số lại thay đổi nhiều như vậy kể từ thứ Sáu. Không ai triển khai gì cả, thế mà hóa đơn đã tăng gấp đôi chỉ sau một đêm.",
    55,
    96,
  ],
  [
    "Vietnamese",
    "Hãy tóm tắt báo cáo đính kèm thành ba gạch đầu dòng và nêu rõ mọi con số chênh lệch hơn mười phần trăm so với quý trước.",
    41,
    61,
  ],
  [
    "Vietnamese",
    "Doanh nghiệp cần chuẩn bị đầy đủ giấy tờ trước khi nộp hồ sơ đăng ký kinh doanh tại cơ quan có thẩm quyền.",
    30,
    54,
  ],
  [
    "Chinese",
    "团队每天早上都会查看仪表盘，想知道为什么从星期五以来数字变化这么大。没有人部署过任何东西，可是账单一夜之间翻了一倍。",
    39,
    66,
  ],
  ["Chinese", "请用三个要点总结所附的报告，并指出与上一季度相比变化超过百分之十的所有数据。", 25, 38],
  [
    "Japanese",
    "チームは毎朝ダッシュボードを見て、金曜日から数字がなぜこれほど変わったのか不思議に思っていました。誰も何もデプロイしていないのに、請求額は一晩で倍になっていました。",
    61,
    84,
  ],
  [
    "Korean",
    "팀은 매일 아침 대시보드를 보면서 금요일 이후로 숫자가 왜 그렇게 많이 바뀌었는지 궁금해했습니다. 아무도 배포한 적이 없는데 청구 금액은 하룻밤 사이에 두 배가 되었습니다.",
    58,
    95,
  ],
  [
    "Russian",
    "Команда каждое утро смотрела на панель и удивлялась, почему цифры так сильно изменились с пятницы.",
    27,
    51,
  ],
  [
    "TypeScript",
    "export function sum(values: readonly number[]): number {\n  let total = 0;\n  for (const value of values) {\n    if (value > 0) total += value * 2;\n  }\n  return total;\n}\n",
    48,
    48,
  ],
  [
    "JSON",
    '{"id":"req_01","at":"2026-11-22T03:00:00Z","tokens":{"input":1250,"output":850,"cacheRead":0},"durationMs":3200}',
    45,
    45,
  ],
  ["emoji", "Great job 🎉🚀 see you tomorrow 👋🏽 😀😀", 15, 19],
  [
    "three languages",
    "Hãy dịch câu này sang tiếng Trung: 今天天气很好，我们去公园散步吧。 Then explain the grammar in English.",
    28,
    44,
  ],
];

describe("the estimate of tokens", () => {
  it.each(sentences)("lies within 15 % of the middle of two tokenizers: %s", (_, text, o200k, cl100k) => {
    const middle = (o200k + cl100k) / 2;
    expect(Math.abs(estimateTokens(text) / middle - 1)).toBeLessThan(0.15);
  });

  it("knows that a language is more than its characters", () => {
    const perCharacter = (language: string) => {
      const texts = sentences.filter(([name]) => name === language).map(([, text]) => text);
      return estimateTokens(texts.join(" ")) / texts.join(" ").length;
    };
    expect(perCharacter("English")).toBeLessThan(0.25);
    expect(perCharacter("Vietnamese")).toBeGreaterThan(1.5 * perCharacter("English"));
    expect(perCharacter("Chinese")).toBeGreaterThan(3 * perCharacter("English"));
  });

  it("is nothing for nothing, and at least one for anything else", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens(" ")).toBe(1);
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const tokens = estimateTokens(text);
        expect(Number.isSafeInteger(tokens) && tokens >= 1).toBe(true);
      }),
    );
  });

  it("adds up: a text twice has twice the tokens", () => {
    const once = sentences.map(([, text]) => text).join("\n");
    expect(estimateTokens(`${once}\n`.repeat(100)) / (100 * estimateTokens(once))).toBeCloseTo(1, 1);
  });
});
