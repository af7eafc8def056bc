// The official clients, unmodified, against the platform before a simulated Ollama.
import assert from 'node:assert/strict'
import OpenAI from 'openai'
import { Ollama } from 'ollama'

const [base] = process.argv.slice(2)
// The local operator has no key, and a key that is not valid is refused.
const fetchWithoutKey = (url, init) => {
  const headers = new Headers(init?.headers)
  headers.delete('authorization')
  return fetch(url, { ...init, headers })
}
const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'none', maxRetries: 5, fetch: fetchWithoutKey })
const ollama = new Ollama({ host: base })
const user = content => [{ role: 'user', content }]

const checks = {
  async 'openai: lists models and agents'() {
    const ids = (await client.models.list()).data.map(m => m.id)
    assert.ok(ids.includes('agent/csv-profiler') && ids.some(id => !id.startsWith('agent/')), ids.join())
  },
  async 'openai: chats with a model'() {
    const answer = await client.chat.completions.create({ model: 'base-llm', messages: user('Say hello.') })
    assert.ok(answer.choices[0].message.content.length > 0)
    assert.equal(answer.choices[0].finish_reason, 'stop')
    assert.ok(answer.usage.total_tokens > 0)
  },
  async 'openai: streams a chat with usage'() {
    let text = '', usage
    for await (const chunk of await client.chat.completions.create({ model: 'base-llm', messages: user('Say hello.'), stream: true, stream_options: { include_usage: true } })) {
      text += chunk.choices[0]?.delta?.content ?? ''
      usage = chunk.usage ?? usage
    }
    assert.ok(text.length > 0 && usage.completion_tokens > 0)
  },
  async 'openai: an agent is a model'() {
    const answer = await client.chat.completions.create({ model: 'agent/csv-profiler', messages: user('city,people\nBern,134794\nBasel,173552') })
    assert.match(JSON.stringify(answer.sutazai.results), /Bern/)
  },
  async 'openai: an agent streams'() {
    let text = ''
    for await (const chunk of await client.chat.completions.create({ model: 'agent/csv-profiler', messages: user('a,b\n1,2\n3,4'), stream: true })) {
      text += chunk.choices[0]?.delta?.content ?? ''
    }
    assert.ok(text.length > 0)
  },
  async 'openai: gets tool calls'() {
    const tools = [{ type: 'function', function: { name: 'weather', description: 'Weather of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } }]
    const answer = await client.chat.completions.create({ model: 'base-llm', messages: user('Bern'), tools })
    assert.equal(answer.choices[0].finish_reason, 'tool_calls')
    assert.equal(typeof JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments), 'object')
  },
  async 'openai: embeds'() {
    const answer = await client.embeddings.create({ model: 'base-embed', input: ['a', 'b'] })
    assert.equal(answer.data.length, 2)
    assert.ok(answer.data[0].embedding.length > 10 && answer.data[0].embedding.every(Number.isFinite))
  },
  async 'openai: an unknown model is a 404 with near names'() {
    await assert.rejects(client.chat.completions.create({ model: 'agent/csv-profilr', messages: user('x') }), e => e.status === 404 && /csv-profiler/.test(e.message))
  },
  async 'openai: an unknown key is a 401'() {
    await assert.rejects(new OpenAI({ baseURL: `${base}/v1`, apiKey: 'sk-wrong', maxRetries: 0 }).models.list(), e => e.status === 401)
  },
  async 'ollama: lists, shows, tells its version'() {
    const { models } = await ollama.list()
    assert.ok(models.length > 0)
    assert.ok((await ollama.show({ model: models[0].name })).details)
    assert.ok((await ollama.version()).version)
    assert.ok(Array.isArray((await ollama.ps()).models))
  },
  async 'ollama: chats, streamed and not'() {
    const whole = await ollama.chat({ model: 'base-llm', messages: user('Say hello.') })
    assert.ok(whole.done && whole.message.content.length > 0)
    let text = '', last
    for await (const part of await ollama.chat({ model: 'base-llm', messages: user('Say hello.'), stream: true })) {
      text += part.message.content
      last = part
    }
    assert.ok(last.done && text === whole.message.content)
  },
  async 'ollama: generates and embeds'() {
    assert.ok((await ollama.generate({ model: 'base-llm', prompt: 'Say hello.' })).response.length > 0)
    assert.equal((await ollama.embed({ model: 'base-embed', input: ['a', 'b'] })).embeddings.length, 2)
  },
  async 'ollama: structured output'() {
    const format = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
    const answer = await ollama.chat({ model: 'base-llm', messages: user('Name one.'), format })
    assert.equal(typeof JSON.parse(answer.message.content).name, 'string')
  },
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log(`ok   ${name}`)
  } catch (e) {
    failed++
    console.log(`FAIL ${name}: ${e.message}`)
  }
}
console.log(`${Object.keys(checks).length - failed} of ${Object.keys(checks).length} client checks passed`)
process.exit(failed ? 1 : 0)
