import { describe, expect, it } from 'vitest'
import { type ChatTemplate, chatTemplateOf, renderChats } from '../../src-main/engine/model/chat-template.ts'
import { jsonFile } from '../../src-main/engine/model/companions.ts'

const chat = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Why?' },
] as const
const template = (source: string): ChatTemplate => ({ source, tokens: { bos_token: '<s>', eos_token: '</s>' } })
const render = (source: string, bounds?: { milliseconds: number; maxCharacters: number }) =>
  renderChats(template(source), [[...chat]], bounds).then(([text]) => text)

describe('a chat template', () => {
  it('writes the conversation up to the assistant’s turn, with the model’s special tokens', async () => {
    const source = `{{ bos_token }}{% for m in messages %}
    [{{ m['role'] }}] {{ m.content | trim }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}`
    // blocks swallow their line's indentation and end, as in transformers
    expect(await render(source)).toBe('<s>    [system] Be brief.</s>\n    [user] Why?</s>\n[assistant]')
  })

  it('gives one text for each conversation, the same on any day', async () => {
    const source = '{{ strftime_now("%d %b %Y") }}{{ messages[-1].content }}'
    const found = await renderChats(template(source), [
      [{ role: 'user', content: 'a' }],
      [{ role: 'user', content: 'b' }],
    ])
    expect(found).toEqual(['01 Jan 2025a', '01 Jan 2025b'])
  })

  it.each([
    ['a refusal of its own', '{{ raise_exception("No system role") }}', 'says: No system role'],
    ['a syntax error', '{% for x in %}', 'says: '],
    [
      'an endless loop',
      '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}',
      'took longer than 0.5 s',
      500,
    ],
    [
      'a flood of memory',
      '{% set x = namespace(l=[1]) %}{% for i in range(60) %}{% set x.l = x.l + x.l %}{% endfor %}',
      '',
    ],
    ['a flood of text', '{% for i in range(3000) %}{{ messages }}{% endfor %}', 'wrote '],
  ])('%s is an error that says so', async (_, source, message, milliseconds = 30_000) => {
    await expect(render(source, { milliseconds, maxCharacters: 1000 })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining(`The model’s chat template failed: it ${message}`),
      hint: expect.stringContaining('template'),
    })
  })

  it('reaches nothing of the process', async () => {
    for (const source of [
      '{{ process.pid }}',
      '{{ ""["constructor"]["constructor"]("return process")() }}',
      '{{ require("fs") }}',
    ])
      expect(await render(source).catch((error: Error) => error.message)).not.toMatch(/^\d+$|\[object process\]/)
  })
})

describe('where a template is found', () => {
  const companions = (files: Record<string, unknown>) =>
    new Map(Object.entries(files).map(([name, x]) => [name, typeof x === 'string' ? Buffer.from(x) : jsonFile(x)]))
  const config = (more: object) => ({ bos_token: { content: '<s>' }, eos_token: '</s>', ...more })

  it.each([
    [
      'chat_template.jinja',
      { 'chat_template.jinja': 'J', 'tokenizer_config.json': config({ chat_template: 'C' }) },
      'J',
    ],
    ['tokenizer_config.json', { 'tokenizer_config.json': config({ chat_template: 'C' }) }, 'C'],
    ['chat_template.json', { 'chat_template.json': { chat_template: 'S' }, 'tokenizer_config.json': config({}) }, 'S'],
    [
      'a list of them',
      {
        'tokenizer_config.json': config({
          chat_template: [
            { name: 'tool_use', template: 'T' },
            { name: 'default', template: 'D' },
          ],
        }),
      },
      'D',
    ],
  ])('%s', (_, files, source) => {
    expect(chatTemplateOf(companions(files))).toEqual({ source, tokens: { bos_token: '<s>', eos_token: '</s>' } })
  })

  it('nowhere: a base model has none; what is no template is refused', () => {
    expect(chatTemplateOf(companions({ 'tokenizer_config.json': config({}) }))).toBeNull()
    const bad = companions({ 'tokenizer_config.json': config({ chat_template: [{ name: 'rag', template: 'T' }] }) })
    expect(() => chatTemplateOf(bad)).toThrow('neither a text nor a list with a template named "default"')
    expect(() => chatTemplateOf(companions({ 'tokenizer_config.json': '[]' }))).toThrow(
      'tokenizer_config.json holds no JSON object',
    )
    expect(() => chatTemplateOf(companions({ 'tokenizer_config.json': '{' }))).toThrow(
      'tokenizer_config.json is not JSON',
    )
  })
})
