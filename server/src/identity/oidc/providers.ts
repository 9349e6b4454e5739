import { Injectable } from '@nestjs/common';
import { API_PREFIX } from '../../api/endpoint/endpoint.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { Provider } from './provider.js';

/** The OpenID providers of the configuration. */
@Injectable()
export class Providers {
  readonly #bySlug: ReadonlyMap<string, Provider>;

  constructor({ oidcProviders, publicUrl }: Config) {
    const redirectUri = `${publicUrl}${API_PREFIX}/auth/oidc/callback`;
    this.#bySlug = new Map(
      oidcProviders.map((config) => [config.slug, new Provider(config, redirectUri)] as const),
    );
  }

  /** In the order of the configuration. */
  list(): { readonly slug: string; readonly name: string; readonly url: string }[] {
    return [...this.#bySlug.values()].map(({ config: { slug, name } }) => ({
      slug,
      name,
      url: `${API_PREFIX}/auth/oidc/${slug}`,
    }));
  }

  find(slug: string): Provider | undefined {
    return this.#bySlug.get(slug);
  }

  /** @throws Problem `not_found` */
  get(slug: string): Provider {
    const provider = this.find(slug);
    if (!provider) throw new Problem('not_found');
    return provider;
  }
}
