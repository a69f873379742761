import { describe, expect, it } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApi, servedOperations } from '../../../scripts/openapi/description'
import { openApiFile, openApiFolder } from '../../../scripts/openapi-files'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import type { JsonSchema } from '../../../src/contracts/json-schema'

const deployment = { mirror: 'on', insecureTargets: false, release: '0.0.0' } as const

function descriptionOf(contracts: readonly Contract[], basePath = ''): JsonSchema {
  const mounts = contracts.map(contract => ({ contract, basePath: basePath && `${basePath}/${contract.name}` }))
  return openApi({ ...deployment, contracts, mounts })
}

describe('docs/openapi', () => {
  it.each(allContracts.map(contract => [contract.name, contract] as const))(
    'has %s as its data are now (made by `npm run openapi`)',
    (name, contract) => {
      expect(readFileSync(join(openApiFolder, `${name}.json`), 'utf8')).toBe(openApiFile(contract))
    },
  )
})

describe('a description', () => {
  it.each([
    ['of all contracts', descriptionOf(allContracts)],
    ['of all under base paths', descriptionOf(allContracts, '/hooks')],
    ...allContracts.map(contract => [`of ${contract.name} alone`, descriptionOf([contract])] as const),
  ])('%s is OpenAPI 3.1', async (_, description) => {
    const { valid, errors } = await new Validator().validate({ ...description })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  it('names each operation once, with its parameters in the path', () => {
    const served = allContracts.flatMap(contract => servedOperations({ contract, basePath: '' }))
    expect(served.length).toBeGreaterThan(30)
    expect(new Set(served.map(({ operationId }) => operationId)).size).toBe(served.length)
    const described = Object.entries(descriptionOf(allContracts)['paths'] as Readonly<Record<string, JsonSchema>>)
    for (const [path, methods] of described) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const operation of Object.values(methods) as JsonSchema[]) {
        const parameters = operation['parameters'] as readonly JsonSchema[]
        expect(parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name)).toEqual(wanted)
      }
    }
  })
})
