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
const weather = { type: 'function', function: { name: 'weather', description: 'Weather of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } }
const population = { type: 'function', function: { name: 'population', description: 'People of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } }
const named = name => ({ type: 'function', function: { name } })

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
    const answer = await client.chat.completions.create({ model: 'base-llm', messages: user('Bern'), tools: [weather] })
    assert.equal(answer.choices[0].finish_reason, 'tool_calls')
    assert.equal(typeof JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments), 'object')
  },
  async 'openai: streams tool calls'() {
    const stream = client.chat.completions.stream({ model: 'base-llm', messages: user('Bern'), tools: [weather] })
    const { choices: [choice] } = await stream.finalChatCompletion()
    assert.equal(choice.finish_reason, 'tool_calls')
    assert.equal(JSON.parse(choice.message.tool_calls[0].function.arguments).city, 'Bern')
  },
  async 'openai: demands a call, of any tool and of one'() {
    for (const [tool_choice, name] of [['required', 'weather'], [named('population'), 'population']]) {
      const answer = await client.chat.completions.create({ model: 'base-llm', messages: user('Bern'), tools: [weather, population], tool_choice })
      const [call] = answer.choices[0].message.tool_calls
      assert.deepEqual([answer.choices[0].finish_reason, call.function.name, JSON.parse(call.function.arguments)], ['tool_calls', name, { city: 'Bern' }])
    }
  },
  async 'openai: demands a call in a stream'() {
    const stream = client.chat.completions.stream({ model: 'base-llm', messages: user('Bern'), tools: [weather, population], tool_choice: 'required' })
    const { choices: [choice] } = await stream.finalChatCompletion()
    assert.deepEqual([choice.finish_reason, choice.message.tool_calls[0].function.name], ['tool_calls', 'weather'])
  },
  async 'openai: forbids calls'() {
    const answer = await client.chat.completions.create({ model: 'base-llm', messages: user('Bern'), tools: [weather], tool_choice: 'none' })
    assert.ok(!answer.choices[0].message.tool_calls && answer.choices[0].message.content.length > 0)
  },
  async 'openai: structured output'() {
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], additionalProperties: false }
    const answer = await client.chat.completions.parse({ model: 'base-llm', messages: user('Name one.'), response_format: { type: 'json_schema', json_schema: { name: 'one', schema, strict: true } } })
    assert.equal(typeof JSON.parse(answer.choices[0].message.content).name, 'string')
    const free = await client.chat.completions.create({ model: 'base-llm', messages: user('Name one.'), response_format: { type: 'json_object' } })
    assert.equal(typeof JSON.parse(free.choices[0].message.content), 'object')
  },
  async 'openai: completes a prompt, streamed and not'() {
    const whole = await client.completions.create({ model: 'base-llm', prompt: 'Say hello.', max_tokens: 50 })
    assert.equal(whole.object, 'text_completion')
    assert.ok(whole.choices[0].text.length > 0 && whole.usage.total_tokens > 0)
    let text = '', reason
    for await (const part of await client.completions.create({ model: 'base-llm', prompt: ['Say hello.'], max_tokens: 50, stream: true })) {
      text += part.choices[0].text
      reason = part.choices[0].finish_reason
    }
    assert.deepEqual([text, reason], [whole.choices[0].text, 'stop'])
  },
  async 'openai: retrieves a model and an agent'() {
    const id = (await client.models.list()).data.find(m => !m.id.startsWith('agent/')).id
    assert.equal((await client.models.retrieve(id)).id, id)
    assert.equal((await client.models.retrieve('agent/csv-profiler')).id, 'agent/csv-profiler')
    await assert.rejects(client.models.retrieve('no-such-model'), e => e.status === 404)
  },
  async 'openai: says what is wrong with a request'() {
    const refused = (body, status, message) => assert.rejects(client.chat.completions.create({ model: 'base-llm', messages: user('x'), ...body }), e => e.status === status && message.test(e.message) && e.type === (status === 404 ? 'not_found_error' : 'invalid_request_error'))
    await refused({ messages: [] }, 400, /messages/)
    await refused({ max_tokens: -5 }, 400, /max_tokens/)
    await refused({ n: 2 }, 400, /'n'/)
    await refused({ tools: [weather], tool_choice: named('wether') }, 400, /weather/)
    await refused({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'thing' } } } }, 400, /type/)
    await refused({ model: 'no-such-model' }, 404, /not found/)
  },
  async 'openai: stops a stream in the middle'() {
    const stream = await client.chat.completions.create({ model: 'base-llm', messages: user('Say hello to everybody, slowly.'), stream: true })
    for await (const _ of stream) {
      stream.controller.abort()
    }
    assert.ok((await client.chat.completions.create({ model: 'base-llm', messages: user('x') })).choices[0].message.content.length > 0)
  },
  async 'openai: embeds'() {
    const answer = await client.embeddings.create({ model: 'base-embed', input: ['a', 'b'] })
    assert.equal(answer.data.length, 2)
    assert.ok(answer.data[0].embedding.length > 10 && answer.data[0].embedding.every(Number.isFinite))
  },
  async 'openai: embeds as numbers and as base64 alike'() {
    // Unasked, the client demands base64 and reads it itself.
    const packed = await client.embeddings.create({ model: 'base-embed', input: 'a' })
    const numbers = await client.embeddings.create({ model: 'base-embed', input: 'a', encoding_format: 'float' })
    assert.deepEqual(packed.data[0].embedding.map(Math.fround), numbers.data[0].embedding.map(Math.fround))
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
  async 'ollama: gets tool calls, streamed and not'() {
    const whole = await ollama.chat({ model: 'base-llm', messages: user('Bern'), tools: [weather] })
    assert.deepEqual(whole.message.tool_calls[0].function.arguments, { city: 'Bern' })
    const calls = []
    for await (const part of await ollama.chat({ model: 'base-llm', messages: user('Bern'), tools: [weather], stream: true })) {
      calls.push(...(part.message.tool_calls ?? []))
    }
    assert.deepEqual(calls.map(c => c.function.name), ['weather'])
  },
  async 'ollama: demands a call'() {
    const answer = await ollama.chat({ model: 'base-llm', messages: user('Bern'), tools: [weather, population], tool_choice: named('population') })
    assert.deepEqual([answer.message.content, answer.message.tool_calls.map(c => c.function.name)], ['', ['population']])
  },
  async 'ollama: generates in a stream'() {
    let text = '', last
    for await (const part of await ollama.generate({ model: 'base-llm', prompt: 'Say hello.', stream: true })) {
      text += part.response
      last = part
    }
    assert.ok(last.done && text.length > 0)
  },
  async 'ollama: says what is wrong with a request'() {
    await assert.rejects(ollama.chat({ model: 'no-such-model', messages: user('x') }), e => e.status_code === 404 && /not found/.test(e.message))
    await assert.rejects(ollama.chat({ model: 'base-llm', messages: user('x'), format: { type: 'thing' } }), e => e.status_code === 400 && /format\.type/.test(e.message))
  },
  async 'ollama: stops a stream in the middle'() {
    const stream = await ollama.chat({ model: 'base-llm', messages: user('Say hello to everybody, slowly.'), stream: true })
    try {
      for await (const _ of stream) {
        stream.abort()
      }
    } catch (e) {
      // What had come before the abort may be all there was.
      assert.equal(e.name, 'AbortError')
    }
    assert.ok((await ollama.chat({ model: 'base-llm', messages: user('x') })).done)
  },
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  // The local operator may make ten requests a second; a check makes up to four.
  await new Promise(resolve => setTimeout(resolve, 400))
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
