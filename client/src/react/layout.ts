import type { InfiniteData } from '@tanstack/react-query';

/** Converts between the data of a query and its pages. */
export interface Layout<Page, Data> {
  pages(data: Data): readonly Page[];
  withPages(data: Data, pages: readonly Page[]): Data;
}

/** `useQuery`: the data is the page. */
export const singlePage = <Page>(): Layout<Page, Page> => ({
  pages: (data) => [data],
  withPages: (data, [page]) => page ?? data,
});

/** `useInfiniteQuery`: the data is a list of pages. */
export const manyPages = <Page>(): Layout<Page, InfiniteData<Page, string | null>> => ({
  pages: (data) => data.pages,
  withPages: (data, pages) => ({ ...data, pages: [...pages] }),
});
